/*
 * How long it takes from exec until another process is ready: primaries of different sizes, and
 * secondaries of this one, which grows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <rte_debug.h>
#include <rte_memzone.h>

#include "bench.h"
#include "measure.h"

enum { TIMES = 3, MOST_ARGUMENTS = 64, PAGE_MB = 2 };

static const unsigned megabytes[] = { 64, 256, 1024, 4096 };
static const unsigned memzones[] = { 10, 100, 1000, 2500 };

static uint64_t clock_of_all_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + ts.tv_nsec;
}

void say_ready(void)
{
	printf("ready %lu\n", clock_of_all_ns());
}

/*
 * Starts this program again, up to its row "ready", and gives the nanoseconds from exec until it
 * says so.
 */
static double time_start(char **argv, const char *prefix_end, unsigned mb, const char *more)
{
	char *words[MOST_ARGUMENTS], prefix[256], size[16], line[256];
	unsigned n = 0;
	uint64_t begin, ready = 0;
	int pipes[2];
	FILE *output;
	pid_t pid;

	for (; argv[n] && strcmp(argv[n], "--") != 0; n++) {
		words[n] = argv[n];
		if (n > 0 && !strcmp(argv[n - 1], "--file-prefix")) {
			snprintf(prefix, sizeof(prefix), "%s%s", argv[n], prefix_end);
			words[n] = prefix;
		} else if (n > 0 && !strcmp(argv[n - 1], "-m")) {
			snprintf(size, sizeof(size), "%u", mb);
			words[n] = size;
		}
	}
	words[n++] = (char *)more;
	words[n++] = "--";
	words[n++] = "0";
	words[n++] = "0";
	words[n++] = "ready";
	words[n] = NULL;
	if (pipe(pipes) != 0)
		rte_panic("cannot make a pipe\n");
	begin = clock_of_all_ns();
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		execv("/proc/self/exe", words);
		_exit(127);
	}
	close(pipes[1]);
	output = fdopen(pipes[0], "r");
	while (fgets(line, sizeof(line), output))
		sscanf(line, "ready %lu", &ready);
	fclose(output);
	waitpid(pid, NULL, 0);
	if (ready == 0)
		rte_panic("another process did not start\n");
	return ready - begin;
}

static void time_starts(const char *name, char **argv, const char *prefix_end, unsigned mb,
		const char *more)
{
	double taken[TIMES];

	for (unsigned i = 0; i < TIMES; i++)
		taken[i] = time_start(argv, prefix_end, mb, more);
	point(name, median(taken, TIMES));
}

static unsigned free_megabytes(void)
{
	FILE *file = fopen("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "r");
	unsigned pages = 0;

	if (file) {
		if (fscanf(file, "%u", &pages) != 1)
			pages = 0;
		fclose(file);
	}
	return pages * PAGE_MB;
}

void start_times(char **argv)
{
	for (unsigned i = 0; i < RTE_DIM(megabytes); i++) {
		char name[16];

		if (free_megabytes() < megabytes[i])
			return;
		snprintf(name, sizeof(name), "%uMB", megabytes[i]);
		time_starts(name, argv, "-started", megabytes[i], "--proc-type=primary");
	}
}

void attach_times_by_memory(char **argv)
{
	unsigned has = megabytes[0];

	for (unsigned i = 0; i < RTE_DIM(megabytes); i++) {
		unsigned more = megabytes[i] - has;
		char name[16];

		if (free_megabytes() < more)
			return;
		snprintf(name, sizeof(name), "%uMB", megabytes[i]);
		/* A little less, for the heap's own words. */
		if (more != 0 && !rte_memzone_reserve(name, ((uint64_t)more << 20) - (64 << 10),
				SOCKET_ID_ANY, 0))
			rte_panic("no memory for %s\n", name);
		has = megabytes[i];
		time_starts(name, argv, "", megabytes[0], "--proc-type=secondary");
	}
}

void attach_times_by_memzones(char **argv)
{
	unsigned there = 0;

	for (unsigned i = 0; i < RTE_DIM(memzones); i++) {
		char name[16];

		for (; there < memzones[i]; there++) {
			snprintf(name, sizeof(name), "zone-%u", there);
			if (!rte_memzone_reserve(name, 64, SOCKET_ID_ANY, 0))
				rte_panic("no memory for %s\n", name);
		}
		snprintf(name, sizeof(name), "%u", memzones[i]);
		time_starts(name, argv, "", megabytes[0], "--proc-type=secondary");
	}
}
