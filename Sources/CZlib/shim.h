#ifndef HEADRACE_CZLIB_SHIM_H
#define HEADRACE_CZLIB_SHIM_H

#include <string.h>
#include <zlib.h>

/* inflateInit2 is a macro, which Swift cannot call. 15 is the largest window; + 16 asks for a gzip wrapper, so that
   zlib checks the CRC and the length of every member. */
static inline int headrace_gunzip_init(z_stream *stream) {
    memset(stream, 0, sizeof(z_stream));
    return inflateInit2(stream, 15 + 16);
}

#endif
