/*
 * The shared structures of DPDK 22.11 whose headers libdpdk-dev does not install, declared anew from
 * the facts (field, type, order) so that the compiler, not a table, computes their offsets. What they
 * are made of (rte_fbarray, rte_memseg_list, rte_eth_conf...) comes from the installed headers.
 */
#include <limits.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/queue.h>

#include <rte_atomic.h>
#include <rte_common.h>
#include <rte_config.h>
#include <rte_eal.h>
#include <rte_eal_memconfig.h>
#include <rte_ethdev.h>
#include <rte_fbarray.h>
#include <rte_lcore.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_mempool.h>
#include <rte_memory.h>
#include <rte_memzone.h>
#include <rte_pdump.h>
#include <rte_ring.h>
#include <rte_rwlock.h>
#include <rte_spinlock.h>
#include <rte_stack.h>
#include <rte_tailq.h>
#include <rte_version.h>

#define p_LINE __attribute__((aligned(64)))
#define SIZE(type, field) sizeof(((type *)0)->field)

struct p_elem;

struct p_heap {
  rte_spinlock_t lock;
  struct {
    struct p_elem *lh_first;
  } free_head[13];
  struct p_elem *first, *last;
  unsigned int alloc_count, socket_id;
  size_t total_size;
  char name[32];
} p_LINE;

struct p_elem {
  struct p_heap *heap;
  struct p_elem *prev, *next;
  struct {
    struct p_elem *le_next, **le_prev;
  } free_list;
  struct rte_memseg_list *msl;
  uint32_t bits;
  uint32_t pad;
  size_t size;
  struct p_elem *orig_elem;
  size_t orig_size;
} p_LINE;

struct p_mem_config {
  uint32_t magic, version, nchannel, nrank;
  rte_rwlock_t mlock, qlock, mplock;
  rte_spinlock_t tlock;
  rte_rwlock_t memory_hotplug_lock;
  uint8_t mp_status;
  struct rte_fbarray memzones;
  struct rte_memseg_list memsegs[RTE_MAX_MEMSEG_LISTS];
  struct rte_tailq_head tailq_head[RTE_MAX_TAILQ];
  struct p_heap malloc_heaps[RTE_MAX_HEAPS];
  int next_socket_id;
  uint64_t mem_cfg_addr;
  uint32_t legacy_mem, single_file_segments;
  uint64_t tsc_hz;
  uint8_t dma_maskbits;
};

struct p_used_mask {
  unsigned int n_masks;
  uint64_t data[];
};

struct p_hugepage_info {
  uint64_t hugepage_sz;
  char hugedir[PATH_MAX];
  uint32_t num_pages[RTE_MAX_NUMA_NODES];
  int lock_descriptor;
};

/* Messages on mp_socket. */
struct p_mp_message {
  int type;
  struct rte_mp_msg msg;
};

struct p_malloc_mp_req {
  int t;
  union {
    struct {
      uint32_t malloc_heap_idx;
      uint64_t page_sz;
      size_t elt_size;
      int socket;
      unsigned int flags;
      size_t align, bound;
      bool contig;
    } alloc_req;
    struct {
      void *addr;
      size_t len;
    } free_req;
  };
  uint64_t id;
  int result;
};

struct p_vdev_param {
  int type, num;
  char name[64];
};

struct p_dev_mp_req {
  int t;
  char devargs[128];
  int result;
};

/* Dynamic fields and flags of mbufs. */
struct p_dyn_shm {
  uint8_t free_space[sizeof(struct rte_mbuf)];
  uint64_t free_flags;
};

struct p_dynfield_elt {
  struct rte_mbuf_dynfield params;
  size_t offset;
};

struct p_dynflag_elt {
  struct rte_mbuf_dynflag params;
  unsigned int bitnum;
};

/* Port data. */
struct p_sriov {
  uint8_t active, nb_q_per_pool;
  uint16_t def_vmdq_idx, def_pool_q_idx;
};

struct p_dev_data {
  char name[RTE_ETH_NAME_MAX_LEN];
  void **rx_queues, **tx_queues;
  uint16_t nb_rx_queues, nb_tx_queues;
  struct p_sriov sriov;
  void *dev_private;
  struct rte_eth_link dev_link;
  struct rte_eth_conf dev_conf;
  uint16_t mtu;
  uint32_t min_rx_buf_size;
  uint64_t rx_mbuf_alloc_failed;
  struct rte_ether_addr *mac_addrs;
  uint64_t mac_pool_sel[RTE_ETH_NUM_RECEIVE_MAC_ADDR];
  struct rte_ether_addr *hash_mac_addrs;
  uint16_t port_id;
  uint8_t bits;
  uint8_t rx_queue_state[RTE_MAX_QUEUES_PER_PORT];
  uint8_t tx_queue_state[RTE_MAX_QUEUES_PER_PORT];
  uint32_t dev_flags;
  int numa_node;
  struct rte_vlan_filter_conf vlan_filter_conf;
  struct rte_eth_dev_owner owner;
  uint16_t representor_id, backer_port_id;
  pthread_mutex_t flow_ops_mutex;
} p_LINE;

struct p_dev_shared {
  uint64_t next_owner_id;
  rte_spinlock_t ownership_lock;
  struct p_dev_data data[RTE_MAX_ETHPORTS];
};

/* What client_server_mp's server and clients share. */
struct p_port_info {
  uint16_t num_ports, id[32];
  struct {
    uint64_t rx[32];
  } p_LINE rx_stats;
  struct p_tx_stats {
    uint64_t tx[32], tx_drop[32];
  } p_LINE tx_stats[16];
};

/* What drivers of virtual devices keep in dev_private. */
struct p_null_queue {
  void *port;
  struct rte_mempool *mb_pool;
  void *dummy_packet;
  rte_atomic64_t rx_pkts, tx_pkts;
};

struct p_null_port {
  unsigned int packet_size, packet_copy, no_rx;
  uint16_t port_id;
  struct p_null_queue rx[RTE_MAX_QUEUES_PER_PORT], tx[RTE_MAX_QUEUES_PER_PORT];
  struct rte_ether_addr eth_addr;
  uint64_t flow_type_rss_offloads;
  rte_spinlock_t rss_lock;
  uint16_t reta_size;
  struct rte_eth_rss_reta_entry64 reta_conf[RTE_ETH_RSS_RETA_SIZE_128 / RTE_ETH_RETA_GROUP_SIZE];
  uint8_t rss_key[40];
};

struct p_ring_queue {
  struct rte_ring *rng;
  rte_atomic64_t rx_pkts, tx_pkts;
};

struct p_ring_port {
  unsigned int max_rx_queues, max_tx_queues;
  struct p_ring_queue rx[16], tx[16];
  struct rte_ether_addr address;
  int action;
};

struct p_packet_rx {
  int sockfd;
  void *rd, *map;
  unsigned int framecount, framenum;
  struct rte_mempool *mb_pool;
  uint16_t in_port;
  uint8_t vlan_strip;
  unsigned long rx_pkts, rx_bytes;
} p_LINE;

struct p_packet_tx {
  int sockfd;
  unsigned int frame_data_size;
  void *rd, *map;
  unsigned int framecount, framenum;
  unsigned long tx_pkts, err_pkts, tx_bytes;
} p_LINE;

struct p_packet_port {
  unsigned int nb_queues;
  int if_index;
  char *if_name;
  struct rte_ether_addr eth_addr;
  struct tpacket_req req;
  struct p_packet_rx *rx_queue;
  struct p_packet_tx *tx_queue;
  uint8_t vlan_strip;
};

/* What a capturing process asks of the primary. */
struct p_pdump_request {
  uint16_t ver, op;
  uint32_t flags;
  char device[64];
  uint16_t queue;
  void *ring, *mp;
  const void *prm;
  uint32_t snaplen;
};

struct p_pdump_response {
  uint16_t ver, res_op;
  int32_t err_value;
};

struct p_pdump_stats {
  struct rte_pdump_stats rx[RTE_MAX_ETHPORTS][RTE_MAX_QUEUES_PER_PORT];
  struct rte_pdump_stats tx[RTE_MAX_ETHPORTS][RTE_MAX_QUEUES_PER_PORT];
  const void *mz;
};
