/*
 * Routes between two ports by longest prefix, with the checks that Sluice's sample makes: those of
 * RFC 1812, the header's checksum among them, which dpdk-l3fwd leaves to the device.
 */
#include <string.h>

#include <netinet/in.h>

#include <rte_debug.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_lpm.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include "bench.h"
#include "measure.h"
#include "port.h"

enum { PORTS = 2, ROUTES = 1024, DEPTH = 24, TTL = 64 };

static struct rte_eth_dev_tx_buffer *buffers[PORTS];
static struct rte_ether_addr own[PORTS], neighbours[PORTS];
static rte_be16_t checksums[ROUTES];

static struct rte_lpm *make_table(void)
{
	struct rte_lpm_config conf = { .max_rules = ROUTES, .number_tbl8s = 256 };
	struct rte_lpm *lpm = rte_lpm_create("bench", SOCKET_ID_ANY, &conf);

	if (!lpm)
		rte_panic("no memory for a table\n");
	for (uint32_t i = 0; i < ROUTES; i++)
		if (rte_lpm_add(lpm, RTE_IPV4(10, 0, 0, 0) | i << 8, DEPTH, i % PORTS) != 0)
			rte_panic("cannot add route %u\n", i);
	return lpm;
}

static struct rte_ipv4_hdr *ip_of(struct rte_mbuf *m)
{
	return rte_pktmbuf_mtod_offset(m, struct rte_ipv4_hdr *, RTE_ETHER_HDR_LEN);
}

/* A packet to one of the networks; net_null leaves in an mbuf what is there. */
static void fill(struct rte_mempool *mp, void *arg, void *obj, unsigned number)
{
	struct rte_mbuf *m = obj;
	struct rte_ipv4_hdr *ip = ip_of(m);
	uint32_t route = number * 2654435761u % ROUTES;

	(void)mp;
	(void)arg;
	memset(rte_pktmbuf_mtod(m, void *), 0, FRAME);
	rte_pktmbuf_mtod(m, struct rte_ether_hdr *)->ether_type = htons(RTE_ETHER_TYPE_IPV4);
	ip->version_ihl = RTE_IPV4_VHL_DEF;
	ip->total_length = htons(FRAME - RTE_ETHER_HDR_LEN);
	ip->time_to_live = TTL;
	ip->dst_addr = htonl(RTE_IPV4(10, 0, 0, 1) | route << 8);
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	checksums[route] = ip->hdr_checksum;
}

/* So that packets do not grow old: each has been forwarded before. */
static inline void refresh(struct rte_mbuf *m)
{
	struct rte_ipv4_hdr *ip = ip_of(m);

	ip->time_to_live = TTL;
	ip->hdr_checksum = checksums[ntohl(ip->dst_addr) >> 8 & (ROUTES - 1)];
}

static inline int is_valid(const struct rte_mbuf *m, const struct rte_ipv4_hdr *ip)
{
	unsigned available = rte_pktmbuf_data_len(m), header;

	if (available < RTE_ETHER_HDR_LEN + sizeof(*ip))
		return 0;
	available -= RTE_ETHER_HDR_LEN;
	header = rte_ipv4_hdr_len(ip);
	return rte_pktmbuf_mtod(m, struct rte_ether_hdr *)->ether_type ==
			htons(RTE_ETHER_TYPE_IPV4) &&
		ip->version_ihl >> 4 == 4 && header >= sizeof(*ip) &&
		ntohs(ip->total_length) >= header && ntohs(ip->total_length) <= available &&
		rte_raw_cksum(ip, header) == 0xffff && ip->time_to_live > 1;
}

static inline void route(struct rte_lpm *lpm, struct rte_mbuf *m, uint16_t from)
{
	struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
	struct rte_ipv4_hdr *ip = ip_of(m);
	uint32_t to;

	if (!is_valid(m, ip)) {
		rte_pktmbuf_free(m);
		return;
	}
	if (rte_lpm_lookup(lpm, ntohl(ip->dst_addr), &to) != 0 || to >= PORTS)
		to = from;
	ip->time_to_live--;
	ip->hdr_checksum++;
	eth->dst_addr = neighbours[to];
	eth->src_addr = own[to];
	rte_eth_tx_buffer(to, 0, buffers[to], m);
}

static void forward(struct rte_lpm *lpm, uint16_t from)
{
	struct rte_mbuf *packets[BURST];
	unsigned n = rte_eth_rx_burst(from, 0, packets, BURST);

	for (unsigned i = 0; i < n; i++)
		refresh(packets[i]);
	for (unsigned i = 0; i < n; i++)
		route(lpm, packets[i], from);
}

void forward_lpm(uint64_t window_ns)
{
	struct rte_mempool *mp = mbuf_pool();
	struct rte_lpm *lpm = make_table();
	uint16_t from = 0;

	for (unsigned i = 0; i < PORTS; i++) {
		uint16_t port = open_port(i == 0 ? "net_null0" : "net_null1", mp);

		rte_eth_macaddr_get(port, &own[i]);
		neighbours[i] = own[i];
		buffers[i] = rte_zmalloc(NULL, RTE_ETH_TX_BUFFER_SIZE(BURST), 0);
		if (!buffers[i])
			rte_panic("no memory for a buffer\n");
		rte_eth_tx_buffer_init(buffers[i], BURST);
	}
	rte_mempool_obj_iter(mp, fill, NULL);
	MEASURE(BURST, window_ns, {
		forward(lpm, from);
		from ^= 1;
	});
}
