/*
 * A process of stock DPDK, which as a primary makes a pool and rings, and as a secondary finds them,
 * and does what it reads:
 *   send N    sends mbufs numbered 0 to N-1 over TO_JAVA
 *   churn N   as send, and has the heap take pages and give them back meanwhile
 *   receive N receives as many over FROM_JAVA, checks and frees them
 *   hold N    takes N mbufs from FROM_JAVA, fills them and keeps them; drop checks and frees them
 *   cache N   gets N mbufs and frees them, so that they lie in its lcore's cache
 *   grow MB   has the heap take more pages, and says where; shrink gives them back
 *   disable   allows no secondaries from now on
 *   special   sends a packet of three segments, to which it keeps a reference, with a field and a
 *             flag of its own, and says where these are; kept says how many references are left,
 *             and gives the last one up
 *   state     says what is left in the pool and the rings
 *
 * With "index" as its last argument it only says by which index it knows pools on rings.
 */
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_ring.h>

#define POOL_SIZE 2047
#define BURST 32
#define ROOM 256

static struct rte_mempool *pool;
static struct rte_ring *to_java;
static struct rte_ring *from_java;

/* How often the heap grows while mbufs are sent. */
#define CHURN 10000
#define CHURN_BYTES (6 << 20)

static void grow_and_shrink(void)
{
	char *block = rte_malloc(NULL, CHURN_BYTES, 0);
	if (block == NULL) {
		printf("no memory\n");
		exit(1);
	}
	memset(block, 0xa5, CHURN_BYTES);
	rte_free(block);
}

static void send(uint64_t count, int churns)
{
	for (uint64_t number = 0; number < count;) {
		if (churns && number % CHURN == 0)
			grow_and_shrink();
		struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
		if (m == NULL) {
			sched_yield();
			continue;
		}
		*(uint64_t *)rte_pktmbuf_append(m, sizeof(uint64_t)) = number;
		m->hash.rss = (uint32_t)number;
		while (rte_ring_enqueue(to_java, m) != 0)
			sched_yield();
		number++;
	}
	printf("%s %" PRIu64 "\n", churns ? "churned" : "sent", count);
}

static void receive(uint64_t count)
{
	void *burst[BURST];
	uint64_t bad = 0;
	uint64_t number = 0;
	while (number < count) {
		unsigned int n = rte_ring_dequeue_burst(from_java, burst, BURST, NULL);
		if (n == 0)
			sched_yield();
		for (unsigned int i = 0; i < n; i++, number++) {
			struct rte_mbuf *m = burst[i];
			bad += rte_pktmbuf_pkt_len(m) != 2 * sizeof(uint64_t) ||
				m->nb_segs != 2 ||
				*rte_pktmbuf_mtod(m, uint64_t *) != number ||
				*rte_pktmbuf_mtod(m->next, uint64_t *) != ~number;
			rte_pktmbuf_free(m);
		}
	}
	printf("received %" PRIu64 " bad %" PRIu64 "\n", number, bad);
}

static struct rte_mbuf *held[POOL_SIZE];
static unsigned int holds;

static void hold(unsigned int count)
{
	while (holds < count) {
		if (rte_ring_dequeue(from_java, (void **)&held[holds]) != 0) {
			sched_yield();
			continue;
		}
		memset(rte_pktmbuf_mtod(held[holds], char *), 0x77, sizeof(uint64_t));
		holds++;
	}
	printf("held %u\n", holds);
}

static void drop(void)
{
	uint64_t bad = 0;
	for (unsigned int i = 0; i < holds; i++) {
		bad += *rte_pktmbuf_mtod(held[i], uint64_t *) != UINT64_C(0x7777777777777777);
		rte_pktmbuf_free(held[i]);
	}
	printf("dropped %u bad %" PRIu64 "\n", holds, bad);
	holds = 0;
}

static void cache(unsigned int count)
{
	if (rte_pktmbuf_alloc_bulk(pool, held, count) != 0)
		printf("no mbufs\n");
	rte_pktmbuf_free_bulk(held, count);
	printf("cached %u\n", rte_mempool_default_cache(pool, rte_lcore_id())->len);
}

static struct rte_mbuf *kept;

static void send_special(void)
{
	const struct rte_mbuf_dynfield field = {
		.name = "sluice_test_field", .size = 4, .align = 4 };
	const struct rte_mbuf_dynflag flag = { .name = "sluice_test_flag" };
	int offset = rte_mbuf_dynfield_register(&field);
	int bit = rte_mbuf_dynflag_register(&flag);

	if (offset < 0 || bit < 0) {
		printf("no dynamic field or flag\n");
		return;
	}
	kept = rte_pktmbuf_alloc(pool);
	for (int segment = 0; segment < 3; segment++) {
		struct rte_mbuf *m = segment == 0 ? kept : rte_pktmbuf_alloc(pool);

		memset(rte_pktmbuf_append(m, 10 + segment), 'a' + segment, 10 + segment);
		if (m != kept)
			rte_pktmbuf_chain(kept, m);
	}
	*RTE_MBUF_DYNFIELD(kept, offset, uint32_t *) = 4711;
	kept->ol_flags |= RTE_BIT64(bit);
	for (struct rte_mbuf *m = kept; m != NULL; m = m->next)
		rte_mbuf_refcnt_update(m, 1);
	rte_ring_enqueue(to_java, kept);
	printf("special %d %d\n", offset, bit);
}

static void make(unsigned int flags)
{
	rte_pktmbuf_pool_create("MBUFS", POOL_SIZE, 32, 0, ROOM, SOCKET_ID_ANY);
	rte_ring_create("TO_JAVA", 256, SOCKET_ID_ANY, flags);
	rte_ring_create("FROM_JAVA", 256, SOCKET_ID_ANY, flags);
	/* What no other process can use. */
	rte_mempool_create_empty("EMPTY", 7, 64, 0, 0, SOCKET_ID_ANY, 0);
	struct rte_mempool *other = rte_mempool_create_empty("STACK", 7, 64, 0, 0, SOCKET_ID_ANY, 0);
	if (other == NULL || rte_mempool_set_ops_byname(other, "stack", NULL) != 0 ||
			rte_mempool_populate_default(other) < 0)
		printf("no pool on a stack\n");
}

int main(int argc, char **argv)
{
	int parsed = rte_eal_init(argc, argv);
	if (parsed < 0) {
		printf("init failed %d\n", rte_errno);
		return 1;
	}
	const char *last = argv[argc - 1];
	if (strcmp(last, "index") == 0) {
		for (unsigned int i = 0; i < rte_mempool_ops_table.num_ops; i++)
			if (strcmp(rte_mempool_ops_table.ops[i].name, "ring_mp_mc") == 0)
				printf("index %u\n", i);
		return 0;
	}
	if (rte_eal_process_type() == RTE_PROC_PRIMARY)
		make((unsigned int)atoi(last));
	pool = rte_mempool_lookup("MBUFS");
	to_java = rte_ring_lookup("TO_JAVA");
	from_java = rte_ring_lookup("FROM_JAVA");
	if (pool == NULL || to_java == NULL || from_java == NULL) {
		printf("no pool or rings %d\n", rte_errno);
		return 1;
	}
	printf("ready\n");
	fflush(stdout);
	char *block = NULL;
	char order[32];
	uint64_t number;
	while (scanf("%31s %" SCNu64, order, &number) == 2) {
		if (strcmp(order, "send") == 0) {
			send(number, 0);
		} else if (strcmp(order, "churn") == 0) {
			send(number, 1);
		} else if (strcmp(order, "receive") == 0) {
			receive(number);
		} else if (strcmp(order, "hold") == 0) {
			hold(number);
		} else if (strcmp(order, "drop") == 0) {
			drop();
		} else if (strcmp(order, "cache") == 0) {
			cache(number);
		} else if (strcmp(order, "grow") == 0) {
			block = rte_malloc(NULL, number << 20, 0);
			if (block != NULL)
				memset(block, 0x5a, number << 20);
			printf("grown %" PRIxPTR "\n", (uintptr_t)block);
		} else if (strcmp(order, "shrink") == 0) {
			rte_free(block);
			printf("shrunk\n");
		} else if (strcmp(order, "special") == 0) {
			send_special();
		} else if (strcmp(order, "kept") == 0) {
			printf("kept %d\n", rte_mbuf_refcnt_read(kept));
			rte_pktmbuf_free(kept);
		} else if (strcmp(order, "disable") == 0) {
			printf("disabled %d\n", rte_mp_disable());
		} else {
			printf("state pool %u rings %u %u\n", rte_mempool_avail_count(pool),
				rte_ring_count(to_java), rte_ring_count(from_java));
		}
		fflush(stdout);
	}
	rte_eal_cleanup();
	return 0;
}
