/* A peer on a ring in a shared file, over the installed rte_ring.h: the C side of RingStockPeerTest.
 * ring_peer FILE LENGTH produce PRODUCER MESSAGES
 * ring_peer FILE LENGTH consume
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <rte_ring.h>

#define STOP 7
#define MOST 32

static uint64_t mix(uint64_t number)
{
	uint64_t z = (number ^ number >> 30) * 0xbf58476d1ce4e5b9UL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
	return z ^ z >> 31;
}

static void produce(struct rte_ring *r, uint64_t producer, unsigned messages)
{
	void *burst[MOST];
	unsigned next = 1, turn = 0;

	while (next <= messages) {
		unsigned n = 1 + turn++ % MOST, i, done;

		if (n > messages - next + 1)
			n = messages - next + 1;
		for (i = 0; i < n; i++)
			burst[i] = (void *)(producer << 32 | (next + i));
		done = turn % 3 == 0 ? rte_ring_enqueue_bulk(r, burst, n, NULL)
			: rte_ring_enqueue_burst(r, burst, n, NULL);
		if (done == 0)
			sched_yield();
		next += done;
	}
	printf("done\n");
}

static void consume(struct rte_ring *r)
{
	uint64_t count[8] = {0}, sum[8] = {0};
	uint32_t last[8] = {0};
	int in_order = 1, stopped = 0;
	unsigned turn = 0, p;

	while (!stopped) {
		void *burst[MOST];
		unsigned n = 1 + turn++ % MOST, i;
		unsigned got = turn % 3 == 0 ? rte_ring_dequeue_bulk(r, burst, n, NULL)
			: rte_ring_dequeue_burst(r, burst, n, NULL);

		if (got == 0)
			sched_yield();
		for (i = 0; i < got; i++) {
			uint64_t entry = (uint64_t)burst[i];
			uint32_t number = (uint32_t)entry;

			p = (unsigned)(entry >> 32) & 7;
			if (p == STOP && stopped) {
				while (rte_ring_enqueue(r, burst[i]) != 0)
					sched_yield();
			} else if (p == STOP) {
				stopped = 1;
			} else {
				in_order &= !stopped && number > last[p];
				last[p] = number;
				count[p]++;
				sum[p] += mix(number);
			}
		}
	}
	for (p = 1; p < STOP; p++)
		printf("seen %u %lu %ld %s\n", p, count[p], (long)sum[p], in_order ? "true" : "false");
}

int main(int argc, char **argv)
{
	int fd = argc < 4 ? -1 : open(argv[1], O_RDWR);
	struct rte_ring *r;

	if (fd < 0)
		return 2;
	r = mmap(NULL, strtoul(argv[2], NULL, 10), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (r == MAP_FAILED)
		return 3;
	if (strcmp(argv[3], "produce") == 0 && argc == 6)
		produce(r, strtoul(argv[4], NULL, 10), (unsigned)strtoul(argv[5], NULL, 10));
	else
		consume(r);
	return 0;
}
