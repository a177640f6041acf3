#include <rte_debug.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "bench.h"
#include "measure.h"

enum { OBJECTS = 8191, OBJECT_SIZE = 2048, CACHE = 256 };

struct rte_mempool *make_pool(const char *name, unsigned cache)
{
	struct rte_mempool *mp = rte_mempool_create(name, OBJECTS, OBJECT_SIZE, cache, 0,
		NULL, NULL, NULL, NULL, SOCKET_ID_ANY, 0);

	if (!mp)
		rte_panic("no memory for a pool\n");
	return mp;
}

void pool_one_thread(unsigned cache, uint64_t window_ns)
{
	void *objs[LARGEST_BULK];
	struct rte_mempool *mp = make_pool("bench", cache);

	for (unsigned i = 0; i < BULKS; i++) {
		unsigned n = bulks[i];

		MEASURE(n, window_ns, {
			rte_mempool_get_bulk(mp, objs, n);
			rte_mempool_put_bulk(mp, objs, n);
		});
	}
}

void mbuf_one_thread(uint64_t window_ns)
{
	struct rte_mbuf *mbufs[LARGEST_BULK];
	struct rte_mempool *mp = rte_pktmbuf_pool_create("bench", OBJECTS, CACHE, 0,
		RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);

	if (!mp)
		rte_panic("no memory for a pool\n");
	for (unsigned i = 0; i < BULKS; i++) {
		unsigned n = bulks[i];

		MEASURE(n, window_ns, {
			rte_pktmbuf_alloc_bulk(mp, mbufs, n);
			rte_pktmbuf_free_bulk(mbufs, n);
		});
	}
}
