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

int main(int argc, char **argv)
{
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
	else
		rte_panic("row '%s'; accepted: ring, pair, ping-pong, pool, mbuf\n", row);
	rte_eal_cleanup();
	return 0;
}
