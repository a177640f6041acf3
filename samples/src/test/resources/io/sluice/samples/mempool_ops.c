/* Prints by which index the C programs of this machine know a backend of pools. */
#include <stdio.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_mempool.h>

int main(int argc, char **argv)
{
	const char *name = argv[argc - 1];

	if (rte_eal_init(argc, argv) < 0)
		return 1;
	for (unsigned int i = 0; i < rte_mempool_ops_table.num_ops; i++)
		if (strcmp(rte_mempool_ops_table.ops[i].name, name) == 0)
			printf("index %u\n", i);
	return 0;
}
