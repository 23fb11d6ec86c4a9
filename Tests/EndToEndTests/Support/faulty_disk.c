// Preloaded into a program, lets the disk fail, or the program die, at a chosen change of a chosen directory.
//
// Reads the environment when it is loaded:
// - FAULTY_DISK_UNDER: what files count, by the beginning of their paths, links resolved.
// - FAULTY_DISK_FAULT: kill@N ends the program as SIGKILL does before the Nth change; once@N refuses that change with an
//   input/output error; from@N refuses it and all that follow; full@N the same for want of room.
// - FAULTY_DISK_COUNT: a file that is told how many changes there were.
// - FAULTY_DISK_FLUSHES: a file that gets the path of every file that was flushed, a line each.
//
// Changes are writes, flushes, cuts, removals, new names and new directories, counted from 1 over all threads.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long changes;
static const char *under;
static int flushes = -1;
static long fault_at;
static enum { NONE, KILL, ONCE, FROM, FULL } fault;

__attribute__((constructor)) static void begin(void) {
    under = getenv("FAULTY_DISK_UNDER");
    const char *flushed = getenv("FAULTY_DISK_FLUSHES");
    if (flushed) flushes = open(flushed, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const char *text = getenv("FAULTY_DISK_FAULT");
    if (!text) return;
    const char *number = strchr(text, '@');
    if (!number) return;
    fault_at = atol(number + 1);
    if (!strncmp(text, "kill", 4)) fault = KILL;
    if (!strncmp(text, "once", 4)) fault = ONCE;
    if (!strncmp(text, "from", 4)) fault = FROM;
    if (!strncmp(text, "full", 4)) fault = FULL;
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("FAULTY_DISK_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%ld\n", atomic_load(&changes));
    fclose(file);
}

static int counts(const char *path) { return under && !strncmp(path, under, strlen(under)); }

static int concerns(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return counts(path);
}

// Where a path lies, whether or not there is something yet.
static int concerns_path(const char *path) {
    char whole[PATH_MAX], directory[PATH_MAX];
    if (realpath(path, whole)) return counts(whole);
    if (strlen(path) >= sizeof directory) return 0;
    strcpy(directory, path);
    char *slash = strrchr(directory, '/');
    if (!slash) strcpy(directory, ".");
    else *slash = 0;
    return realpath(directory[0] ? directory : "/", whole) && counts(whole);
}

// Counts a change. Returns whether it is to fail, with errno set.
static int fails(void) {
    long number = atomic_fetch_add(&changes, 1) + 1;
    if (fault == KILL && number == fault_at) {
        kill(getpid(), SIGKILL);
        for (;;) pause();
    }
    if (fault == FULL && number >= fault_at) {
        errno = ENOSPC;
        return 1;
    }
    if ((fault == ONCE && number == fault_at) || (fault == FROM && number >= fault_at)) {
        errno = EIO;
        return 1;
    }
    return 0;
}

#define REAL(name, ...) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name); \
    return real(__VA_ARGS__)

ssize_t write(int fd, const void *bytes, size_t count) {
    if (concerns(fd) && fails()) return -1;
    REAL(write, fd, bytes, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (concerns(fd) && fails()) return -1;
    REAL(writev, fd, parts, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    if (concerns(fd) && fails()) return -1;
    REAL(pwrite, fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    if (concerns(fd) && fails()) return -1;
    REAL(pwrite64, fd, bytes, count, offset);
}

// Notes a flush that succeeded.
static int flushed(int fd, int result) {
    char link[64], path[PATH_MAX];
    if (result || flushes < 0 || !concerns(fd)) return result;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length > 0) dprintf(flushes, "%.*s\n", (int)length, path);
    return result;
}

static int really_fsync(int fd) { REAL(fsync, fd); }

static int really_fdatasync(int fd) { REAL(fdatasync, fd); }

int fsync(int fd) {
    if (concerns(fd) && fails()) return -1;
    return flushed(fd, really_fsync(fd));
}

int fdatasync(int fd) {
    if (concerns(fd) && fails()) return -1;
    return flushed(fd, really_fdatasync(fd));
}

int ftruncate(int fd, off_t length) {
    if (concerns(fd) && fails()) return -1;
    REAL(ftruncate, fd, length);
}

int ftruncate64(int fd, off64_t length) {
    if (concerns(fd) && fails()) return -1;
    REAL(ftruncate64, fd, length);
}

int unlink(const char *path) {
    if (concerns_path(path) && fails()) return -1;
    REAL(unlink, path);
}

int rmdir(const char *path) {
    if (concerns_path(path) && fails()) return -1;
    REAL(rmdir, path);
}

int rename(const char *from, const char *to) {
    if (concerns_path(to) && fails()) return -1;
    REAL(rename, from, to);
}

int link(const char *from, const char *to) {
    if (concerns_path(to) && fails()) return -1;
    REAL(link, from, to);
}

int mkdir(const char *path, mode_t mode) {
    if (concerns_path(path) && fails()) return -1;
    REAL(mkdir, path, mode);
}
