/*
 * A process of stock DPDK, as primary or secondary, that is held inside a claim: the C side of
 * StockClaimDeathTest. As a primary it makes the ring, with the flags that are its last argument.
 * It does what it reads:
 *   enqueue N FIRST   enqueues N entries from FIRST on; held in the midst of it
 *   dequeue N 0       dequeues N entries, and prints them; held likewise
 *   peekEnqueue N FIRST, peekDequeue N 0
 *                     opens such a claim; held in a system call until it ends it
 *   spin 0 0          is held outside of the ring
 * and is held, in no system call but there, until SIGUSR1.
 *
 * The ring's code is that of rte_ring.h as it is: its copy from or to a page without access ends in
 * the handler of SIGSEGV, which spins there.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_eal.h>
#include <rte_ring.h>

#define PAGE 4096

static void **entries;
static volatile sig_atomic_t released;

static void hold(void)
{
	while (!released)
		;
	released = 0;
}

static void on_fault(int signal)
{
	(void)signal;
	hold();
	mprotect(entries, PAGE, PROT_READ | PROT_WRITE);
}

static void on_release(int signal)
{
	(void)signal;
	released = 1;
}

static void enqueue(struct rte_ring *ring, unsigned int n, uint64_t first)
{
	for (unsigned int i = 0; i < n; i++)
		entries[i] = (void *)(first + i);
	mprotect(entries, PAGE, PROT_NONE);
	printf("enqueued %u\n", rte_ring_enqueue_bulk(ring, entries, n, NULL));
}

static void dequeue(struct rte_ring *ring, unsigned int n)
{
	mprotect(entries, PAGE, PROT_NONE);
	printf("dequeued %u", rte_ring_dequeue_bulk(ring, entries, n, NULL));
	for (unsigned int i = 0; i < n; i++)
		printf(" %lu", (uint64_t)entries[i]);
	printf("\n");
}

static void hold_in_system_call(void)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	sigprocmask(SIG_BLOCK, &all, NULL);
	while (!released)
		sigsuspend(&none);
	released = 0;
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void peek_enqueue(struct rte_ring *ring, unsigned int n, uint64_t first)
{
	unsigned int claimed = rte_ring_enqueue_bulk_start(ring, n, NULL);

	hold_in_system_call();
	for (unsigned int i = 0; i < n; i++)
		entries[i] = (void *)(first + i);
	rte_ring_enqueue_finish(ring, entries, claimed);
	printf("peeked %u\n", claimed);
}

static void peek_dequeue(struct rte_ring *ring, unsigned int n)
{
	unsigned int claimed = rte_ring_dequeue_bulk_start(ring, entries, n, NULL);

	hold_in_system_call();
	rte_ring_dequeue_finish(ring, claimed);
	printf("peeked %u\n", claimed);
}

int main(int argc, char **argv)
{
	struct rte_ring *ring;
	char order[32];
	unsigned int n;
	uint64_t first;

	if (rte_eal_init(argc, argv) < 0)
		return 1;
	ring = rte_eal_process_type() == RTE_PROC_PRIMARY
		? rte_ring_create("shared", 16, SOCKET_ID_ANY, (unsigned int)atoi(argv[argc - 1]))
		: rte_ring_lookup("shared");
	entries = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ring == NULL || entries == MAP_FAILED)
		return 2;
	signal(SIGSEGV, on_fault);
	signal(SIGUSR1, on_release);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("ready\n");
	while (scanf("%31s %u %lu", order, &n, &first) == 3) {
		if (strcmp(order, "enqueue") == 0) {
			enqueue(ring, n, first);
		} else if (strcmp(order, "dequeue") == 0) {
			dequeue(ring, n);
		} else if (strcmp(order, "peekEnqueue") == 0) {
			peek_enqueue(ring, n, first);
		} else if (strcmp(order, "peekDequeue") == 0) {
			peek_dequeue(ring, n);
		} else {
			printf("spins\n");
			hold();
			printf("spun\n");
		}
	}
	rte_eal_cleanup();
	return 0;
}
