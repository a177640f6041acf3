#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rte_debug.h>

#include "process.h"

pid_t start_other(int cpu)
{
	pid_t pid = fork();

	if (pid == 0) {
		cpu_set_t set;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		if (sched_setaffinity(0, sizeof(set), &set) != 0)
			rte_panic("cannot run on CPU %d\n", cpu);
	} else if (pid < 0) {
		rte_panic("cannot fork\n");
	}
	return pid;
}

void end_other(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
