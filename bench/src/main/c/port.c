#include <rte_debug.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "port.h"

enum { MBUFS = 8191, CACHE = 250, DESCRIPTORS = 512 };

struct rte_mempool *mbuf_pool(void)
{
	struct rte_mempool *mp = rte_pktmbuf_pool_create("bench", MBUFS, CACHE, 0,
		RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);

	if (!mp)
		rte_panic("no memory for a pool\n");
	return mp;
}

uint16_t open_port(const char *name, struct rte_mempool *mp)
{
	struct rte_eth_conf conf = { 0 };
	uint16_t port;

	if (rte_eal_hotplug_add("vdev", name, "size=64") != 0 ||
	    rte_eth_dev_get_port_by_name(name, &port) != 0 ||
	    rte_eth_dev_configure(port, 1, 1, &conf) != 0 ||
	    rte_eth_rx_queue_setup(port, 0, DESCRIPTORS, 0, NULL, mp) != 0 ||
	    rte_eth_tx_queue_setup(port, 0, DESCRIPTORS, 0, NULL) != 0 ||
	    rte_eth_dev_start(port) != 0)
		rte_panic("cannot open %s\n", name);
	return port;
}
