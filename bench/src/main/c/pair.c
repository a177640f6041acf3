/* Rows of two processes. */
#include <rte_debug.h>
#include <rte_pause.h>
#include <rte_ring.h>

#include "bench.h"
#include "measure.h"
#include "process.h"

enum { RING_SIZE = 4096, ROUND_TRIPS = 1000000 };

static struct rte_ring *make_ring(const char *name, unsigned flags)
{
	struct rte_ring *r = rte_ring_create(name, RING_SIZE, SOCKET_ID_ANY, flags);

	if (!r)
		rte_panic("no memory for a ring\n");
	return r;
}

static void produce(struct rte_ring *r, unsigned n)
{
	void *objs[LARGEST_BULK] = {NULL};

	for (;;)
		if (rte_ring_enqueue_bulk(r, objs, n, NULL) == 0)
			rte_pause();
}

void ring_pair(const char *mode, uint64_t window_ns, int other_cpu)
{
	void *objs[LARGEST_BULK];
	struct rte_ring *r = make_ring("bench", ring_flags(mode));

	for (unsigned i = 0; i < BULKS; i++) {
		unsigned n = bulks[i];
		pid_t other;

		rte_ring_reset(r);
		other = start_other(other_cpu);
		if (other == 0)
			produce(r, n);
		MEASURE(n, window_ns, {
			while (rte_ring_dequeue_bulk(r, objs, n, NULL) == 0)
				rte_pause();
		});
		end_other(other);
	}
}

static void answer(struct rte_ring *in, struct rte_ring *out)
{
	void *obj;

	for (;;) {
		while (rte_ring_dequeue(in, &obj) != 0)
			rte_pause();
		rte_ring_enqueue(out, obj);
	}
}

void ping_pong(uint64_t window_ns, int other_cpu)
{
	static double taken[ROUND_TRIPS];
	struct rte_ring *ping = make_ring("ping", ring_flags("sp_sc"));
	struct rte_ring *pong = make_ring("pong", ring_flags("sp_sc"));
	uint64_t warm_until = now_ns() + WINDOWS * window_ns;
	pid_t other = start_other(other_cpu);
	int i = 0;

	if (other == 0)
		answer(ping, pong);
	while (i < ROUND_TRIPS) {
		void *obj = ping;
		uint64_t begin = now_ns(), end;

		rte_ring_enqueue(ping, obj);
		while (rte_ring_dequeue(pong, &obj) != 0)
			rte_pause();
		end = now_ns();
		taken[i] = end - begin;
		if (end > warm_until)
			i++;
	}
	end_other(other);
	qsort(taken, ROUND_TRIPS, sizeof(*taken), compare_doubles);
	point("p50", taken[ROUND_TRIPS / 2]);
	point("p99", taken[ROUND_TRIPS / 100 * 99]);
	point("p99.9", taken[ROUND_TRIPS / 1000 * 999]);
}
