/// Preloaded into a program, lets the disk fail, or the program die, at a chosen change of a chosen directory.
///
/// Reads the environment when it is loaded:
/// - `FAULTY_DISK_UNDER`: what files count, by the beginning of their paths, links resolved.
/// - `FAULTY_DISK_FAULT`: `kill@N` ends the program as SIGKILL does before the Nth change; `once@N` refuses that change
///   with an input/output error; `from@N` refuses it and all that follow; `full@N` the same for want of room.
/// - `FAULTY_DISK_COUNT`: a file that is told how many changes there were.
///
/// Changes are writes, flushes, cuts, removals, new names and new directories, counted from 1 over all threads.
long faulty_disk_changes(void);
