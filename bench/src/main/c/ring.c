#include <string.h>

#include <rte_debug.h>
#include <rte_ring.h>

#include "bench.h"
#include "measure.h"

enum { RING_SIZE = 4096 };

unsigned ring_flags(const char *mode)
{
	if (!strcmp(mode, "sp_sc"))
		return RING_F_SP_ENQ | RING_F_SC_DEQ;
	if (!strcmp(mode, "mp_mc"))
		return 0;
	if (!strcmp(mode, "rts"))
		return RING_F_MP_RTS_ENQ | RING_F_MC_RTS_DEQ;
	if (!strcmp(mode, "hts"))
		return RING_F_MP_HTS_ENQ | RING_F_MC_HTS_DEQ;
	rte_panic("ring mode '%s'; accepted: sp_sc, mp_mc, rts, hts\n", mode);
}

void ring_one_thread(const char *mode, uint64_t window_ns)
{
	void *objs[LARGEST_BULK] = {NULL};
	struct rte_ring *r = rte_ring_create("bench", RING_SIZE, SOCKET_ID_ANY, ring_flags(mode));

	if (!r)
		rte_panic("no memory for a ring\n");
	for (unsigned i = 0; i < BULKS; i++) {
		unsigned n = bulks[i];

		MEASURE(n, window_ns, {
			rte_ring_enqueue_bulk(r, objs, n, NULL);
			rte_ring_dequeue_bulk(r, objs, n, NULL);
		});
	}
}
