/*
 * The C side of ./sluice bench, on the packaged libdpdk:
 *
 *	sluice-bench [EAL options] -- WINDOW_MS OTHER_CPU ROW [ARGUMENT]
 *
 * prints a line "point NAME NANOSECONDS" for each of the row's points.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_debug.h>
#include <rte_eal.h>

#include "bench.h"

enum { WINDOW_MS = 1, OTHER_CPU, ROW, ARGUMENT };

/* EAL changes the order of those that it is given. */
static char **copy(int argc, char **argv)
{
	char **words = calloc(argc + 1, sizeof(*words));

	if (!words)
		rte_panic("no memory\n");
	memcpy(words, argv, argc * sizeof(*words));
	return words;
}

int main(int argc, char **argv)
{
	char **words = copy(argc, argv);
	int parsed = rte_eal_init(argc, argv);
	const char *row, *argument;
	uint64_t window_ns;
	int other_cpu;

	if (parsed < 0)
		rte_panic("cannot start EAL\n");
	argc -= parsed;
	argv += parsed;
	if (argc <= ROW)
		rte_panic("WINDOW_MS OTHER_CPU ROW [ARGUMENT] missing\n");
	window_ns = strtoul(argv[WINDOW_MS], NULL, 10) * 1000000;
	other_cpu = atoi(argv[OTHER_CPU]);
	row = argv[ROW];
	argument = argc > ARGUMENT ? argv[ARGUMENT] : "";
	if (!strcmp(row, "ring"))
		ring_one_thread(argument, window_ns);
	else if (!strcmp(row, "pair"))
		ring_pair(argument, window_ns, other_cpu);
	else if (!strcmp(row, "ping-pong"))
		ping_pong(window_ns, other_cpu);
	else if (!strcmp(row, "pool"))
		pool_one_thread(strtoul(argument, NULL, 10), window_ns);
	else if (!strcmp(row, "mbuf"))
		mbuf_one_thread(window_ns);
	else if (!strcmp(row, "shared-ring"))
		shared_ring(argument, window_ns, other_cpu);
	else if (!strcmp(row, "shared-pool"))
		shared_pool(strtoul(argument, NULL, 10), window_ns, other_cpu);
	else if (!strcmp(row, "chain"))
		chain(window_ns, other_cpu);
	else if (!strcmp(row, "lpm"))
		forward_lpm(window_ns);
	else if (!strcmp(row, "start"))
		start_times(words);
	else if (!strcmp(row, "attach-memory"))
		attach_times_by_memory(words);
	else if (!strcmp(row, "attach-memzones"))
		attach_times_by_memzones(words);
	else if (!strcmp(row, "ready"))
		say_ready();
	else
		rte_panic("row '%s' is not known\n", row);
	rte_eal_cleanup();
	return 0;
}
