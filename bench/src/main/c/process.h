/* Further processes of a row: forks of this one, which share its hugepages. */
#ifndef SLUICE_BENCH_PROCESS_H
#define SLUICE_BENCH_PROCESS_H

#include <sys/types.h>

/* 0 in the other process, which runs on its own CPU and ends with this one. */
pid_t start_other(int cpu);

/* Kills it, whatever it does, and waits. */
void end_other(pid_t pid);

#endif
