import Testing

/// The program as a user runs it: real processes, real sockets, real files, one test after the other. Servers listen on
/// a port of 127.0.0.1 that the system chooses, and every process is dead when its test has ended.
@Suite("The program from end to end", .serialized)
enum EndToEnd {}
