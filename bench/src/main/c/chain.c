/*
 * Packets come in by one port, go over a ring to a worker process, which swaps their addresses,
 * come back over another ring and leave by the other port.
 */
#include <rte_debug.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <rte_pause.h>
#include <rte_ring.h>

#include "bench.h"
#include "measure.h"
#include "port.h"
#include "process.h"

enum { RING_SIZE = 1024 };
enum { RX, ENQUEUE, DEQUEUE, TX, STAGES };

static const char *const stage_names[] = { "rx", "enqueue", "dequeue", "tx" };

/* What each stage has taken, and how many packets went through all of them. */
struct taken {
	uint64_t ns[STAGES];
	uint64_t packets;
};

static struct rte_ring *make_ring(const char *name)
{
	struct rte_ring *r = rte_ring_create(name, RING_SIZE, SOCKET_ID_ANY,
		RING_F_SP_ENQ | RING_F_SC_DEQ);

	if (!r)
		rte_panic("no memory for a ring\n");
	return r;
}

static void swap_macs(struct rte_mbuf *m)
{
	struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
	struct rte_ether_addr addr = eth->dst_addr;

	eth->dst_addr = eth->src_addr;
	eth->src_addr = addr;
}

static void work(struct rte_ring *in, struct rte_ring *out)
{
	struct rte_mbuf *packets[BURST];

	for (;;) {
		unsigned n = rte_ring_dequeue_burst(in, (void **)packets, BURST, NULL);

		if (n == 0) {
			rte_pause();
			continue;
		}
		for (unsigned i = 0; i < n; i++)
			swap_macs(packets[i]);
		while (rte_ring_enqueue_bulk(out, (void **)packets, n, NULL) == 0)
			rte_pause();
	}
}

static void turn(uint16_t from, uint16_t to, struct rte_ring *out, struct rte_ring *in,
		struct taken *taken)
{
	struct rte_mbuf *packets[BURST];
	uint64_t begin, between, end;
	unsigned n;

	if (rte_ring_free_count(out) >= BURST) {
		begin = now_ns();
		n = rte_eth_rx_burst(from, 0, packets, BURST);
		between = now_ns();
		rte_ring_enqueue_bulk(out, (void **)packets, n, NULL);
		end = now_ns();
		taken->ns[RX] += between - begin;
		taken->ns[ENQUEUE] += end - between;
	}
	begin = now_ns();
	n = rte_ring_dequeue_burst(in, (void **)packets, BURST, NULL);
	if (n == 0) {
		rte_pause();
		return;
	}
	between = now_ns();
	n = rte_eth_tx_burst(to, 0, packets, n);
	end = now_ns();
	taken->ns[DEQUEUE] += between - begin;
	taken->ns[TX] += end - between;
	taken->packets += n;
}

void chain(uint64_t window_ns, int other_cpu)
{
	struct rte_mempool *mp = mbuf_pool();
	uint16_t from = open_port("net_null0", mp), to = open_port("net_null1", mp);
	struct rte_ring *out = make_ring("out"), *in = make_ring("in");
	double stages[STAGES][WINDOWS], whole[WINDOWS];
	pid_t other = start_other(other_cpu);

	if (other == 0)
		work(out, in);
	/* The first window warms up. */
	for (int w = -1; w < WINDOWS; w++) {
		struct taken taken = { { 0 }, 0 };
		uint64_t begin = now_ns(), end;

		do {
			for (int b = 0; b < BATCH; b++)
				turn(from, to, out, in, &taken);
			end = now_ns();
		} while (end - begin < window_ns || taken.packets == 0);
		if (w < 0)
			continue;
		whole[w] = (double)(end - begin) / taken.packets;
		for (int s = 0; s < STAGES; s++)
			stages[s][w] = (double)taken.ns[s] / taken.packets;
	}
	end_other(other);
	point("packet", median(whole, WINDOWS));
	for (int s = 0; s < STAGES; s++)
		point(stage_names[s], median(stages[s], WINDOWS));
}
