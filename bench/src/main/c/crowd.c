/*
 * Rows of several processes at once, every other one on the other CPU, so that from three on there
 * are more of them than CPUs. Each counts the elements of its turns; this one only looks. One that
 * has nothing to do yields its CPU.
 */
#include <sched.h>
#include <time.h>

#include <rte_debug.h>
#include <rte_lcore.h>
#include <rte_mempool.h>
#include <rte_memzone.h>
#include <rte_ring.h>

#include "bench.h"
#include "measure.h"
#include "process.h"

enum { RING_SIZE = 4096, BULK = 32, MOST = 16 };

static const uint64_t warm_up_ns = 100000000, least_ns = 300000000;

struct count {
	volatile uint64_t elements;
} __rte_cache_aligned;

/* One turn; gives how many elements that were, 0 if there was nothing to do. */
typedef unsigned (*turn_fn)(void *with);

static unsigned enqueue_turn(void *with)
{
	void *objs[BULK] = {NULL};

	return rte_ring_enqueue_bulk(with, objs, BULK, NULL);
}

static unsigned dequeue_turn(void *with)
{
	void *objs[BULK];

	return rte_ring_dequeue_bulk(with, objs, BULK, NULL);
}

static unsigned pool_turn(void *with)
{
	void *objs[BULK];

	if (rte_mempool_get_bulk(with, objs, BULK) != 0)
		return 0;
	rte_mempool_put_bulk(with, objs, BULK);
	return BULK;
}

static void work(turn_fn turn, void *with, struct count *count, unsigned lcore)
{
	/* The pool's caches are those of lcores. */
	RTE_PER_LCORE(_lcore_id) = lcore;
	for (;;) {
		unsigned n = turn(with);

		if (n == 0)
			sched_yield();
		else
			count->elements += n;
	}
}

static uint64_t sum(const struct count *counts, unsigned n)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < n; i++)
		all += counts[i].elements;
	return all;
}

static void rest(uint64_t ns)
{
	struct timespec ts = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&ts, NULL);
}

/* As many processes for each of the turns; those of the last one count. */
static void crowd(const char *name, const turn_fn *turns, unsigned kinds, unsigned each, void *with,
		int other_cpu, uint64_t window_ns)
{
	static struct count *counts;
	int cpus[] = { rte_lcore_to_cpu_id(rte_lcore_id()), other_cpu };
	unsigned processes = kinds * each;
	uint64_t before, begin, ns = RTE_MAX(least_ns, WINDOWS * window_ns);
	pid_t pids[MOST];

	if (!counts) {
		const struct rte_memzone *mz = rte_memzone_reserve("counts",
			MOST * sizeof(*counts), SOCKET_ID_ANY, 0);

		if (!mz)
			rte_panic("no memory for counts\n");
		counts = mz->addr;
	}
	for (unsigned i = 0; i < processes; i++) {
		pids[i] = start_other(cpus[i % 2]);
		if (pids[i] == 0)
			work(turns[i / each], with, &counts[i], i);
	}
	rest(warm_up_ns);
	before = sum(&counts[processes - each], each);
	begin = now_ns();
	rest(ns);
	ns = now_ns() - begin;
	point(name, (double)ns / (sum(&counts[processes - each], each) - before));
	for (unsigned i = 0; i < processes; i++)
		end_other(pids[i]);
}

void shared_ring(const char *mode, uint64_t window_ns, int other_cpu)
{
	static const turn_fn turns[] = { enqueue_turn, dequeue_turn };
	static const unsigned each[] = { 1, 2, 4 };
	static const char *const names[] = { "1+1", "2+2", "4+4" };

	for (unsigned i = 0; i < RTE_DIM(each); i++) {
		/* Its own for each: a process may be killed in the middle of a turn. */
		struct rte_ring *r = rte_ring_create(names[i], RING_SIZE, SOCKET_ID_ANY,
			ring_flags(mode));

		if (!r)
			rte_panic("no memory for a ring\n");
		crowd(names[i], turns, RTE_DIM(turns), each[i], r, other_cpu, window_ns);
	}
}

void shared_pool(unsigned cache, uint64_t window_ns, int other_cpu)
{
	static const turn_fn turns[] = { pool_turn };
	static const unsigned each[] = { 1, 2, 4 };
	static const char *const names[] = { "1", "2", "4" };

	for (unsigned i = 0; i < RTE_DIM(each); i++)
		crowd(names[i], turns, RTE_DIM(turns), each[i], make_pool(names[i], cache),
			other_cpu, window_ns);
}
