/* A secondary of stock DPDK: reads the zone given, makes one of its own, grows and shrinks the heap. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_memzone.h>

int main(int argc, char **argv)
{
	int parsed = rte_eal_init(argc, argv);
	if (parsed < 0) {
		printf("init failed %d\n", rte_errno);
		return 1;
	}
	const struct rte_memzone *theirs = rte_memzone_lookup("FROM_JAVA");
	if (theirs == NULL) {
		printf("no zone\n");
		return 1;
	}
	printf("zone %p %zu %" PRIu64 "\n", theirs->addr, theirs->len, *(uint64_t *)theirs->addr);
	const struct rte_memzone *ours = rte_memzone_reserve("FROM_C", 3000, SOCKET_ID_ANY, 0);
	if (ours == NULL) {
		printf("reserve failed %d\n", rte_errno);
		return 1;
	}
	*(uint64_t *)ours->addr = 4711;
	size_t size = 20u << 20;
	char *block = rte_malloc("test", size, 0);
	if (block == NULL) {
		printf("growth failed\n");
		return 1;
	}
	memset(block, 0x5a, size);
	printf("block %p\n", (void *)block);
	fflush(stdout);
	if (getchar() != 'f')
		return 1;
	rte_free(block);
	char small[64];
	for (int i = 0; i < 1000; i++) {
		void *each = rte_zmalloc(NULL, 1 + i * 37 % 5000, 1 << (i % 12));
		if (each == NULL || rte_malloc_validate(each, NULL) != 0) {
			printf("malloc failed\n");
			return 1;
		}
		memset(each, 1, 1 + i * 37 % 5000);
		rte_free(each);
	}
	snprintf(small, sizeof(small), "done");
	printf("%s\n", small);
	rte_eal_cleanup();
	return 0;
}
