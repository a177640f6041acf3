/* Ports of net_null for the rows that forward. */
#ifndef SLUICE_BENCH_PORT_H
#define SLUICE_BENCH_PORT_H

#include <stdint.h>

struct rte_mempool;

enum { BURST = 32, FRAME = 64 };

/* As dpdk-testpmd has it by default: mbufs of 2 KB and caches of 250. */
struct rte_mempool *mbuf_pool(void);

/* Gives the id of a port that is started, with one queue each way. */
uint16_t open_port(const char *name, struct rte_mempool *mp);

#endif
