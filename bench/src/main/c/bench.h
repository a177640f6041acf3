/* The rows of the C side; each prints its points. */
#ifndef SLUICE_BENCH_H
#define SLUICE_BENCH_H

#include <stdint.h>

struct rte_mempool;

/* RING_F_* of "sp_sc", "mp_mc", "rts" or "hts". */
unsigned ring_flags(const char *mode);

/* Of objects of 2048 bytes. */
struct rte_mempool *make_pool(const char *name, unsigned cache);

void ring_one_thread(const char *mode, uint64_t window_ns);
void ring_pair(const char *mode, uint64_t window_ns, int other_cpu);
void ping_pong(uint64_t window_ns, int other_cpu);
void pool_one_thread(unsigned cache, uint64_t window_ns);
void mbuf_one_thread(uint64_t window_ns);
void shared_ring(const char *mode, uint64_t window_ns, int other_cpu);
void shared_pool(unsigned cache, uint64_t window_ns, int other_cpu);
void chain(uint64_t window_ns, int other_cpu);
void forward_lpm(uint64_t window_ns);

/* With the words that this program was called by. */
void start_times(char **argv);
void attach_times_by_memory(char **argv);
void attach_times_by_memzones(char **argv);

/* In the processes that those start. */
void say_ready(void);

#endif
