/* The rows of the C side; each prints its points. */
#ifndef SLUICE_BENCH_H
#define SLUICE_BENCH_H

#include <stdint.h>

/* RING_F_* of "sp_sc", "mp_mc", "rts" or "hts". */
unsigned ring_flags(const char *mode);

void ring_one_thread(const char *mode, uint64_t window_ns);
void ring_pair(const char *mode, uint64_t window_ns, int other_cpu);
void ping_pong(uint64_t window_ns, int other_cpu);
void pool_one_thread(unsigned cache, uint64_t window_ns);
void mbuf_one_thread(uint64_t window_ns);

#endif
