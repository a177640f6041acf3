package io.sluice.nic;

/**
 * The memzone {@code rte_eth_dev_data} ({@code ethdev_driver.h}, {@code ethdev_private.h}, 22.11):
 * {next_owner u64, spinlock at 8}, and from 64 on a {@code struct rte_eth_dev_data} of 6144 bytes
 * for each of 32 ports.
 *
 * <pre>
 *     0 name[64]           82 nb_tx_queues u16    2388 min_rx_buf_size u32     3442 bits: promiscuous 0,
 *    64 rx_queues          96 dev_private         2392 rx_mbuf_alloc_failed         scattered 1, all_multicast 2,
 *    72 tx_queues         104 dev_link u64        2400 mac_addrs                    started 3, lro 4, configured 5
 *    80 nb_rx_queues u16 2384 mtu u16             3440 port_id u16             5492 dev_flags, 5496 numa_node
 * </pre>
 *
 * <p>A slot whose name is empty is free. Sluice's pointers to queues stay zero: queues are
 * process-local. {@code dev_private} is a {@link StockPrivate}'s, or zero.
 */
public final class EthDevDataLayout {
  public static final int MAX_PORTS = 32;
  public static final int DATA = 64;
  public static final int SIZEOF = 6144;
  public static final int ZONE_SIZEOF = 196672;
  public static final int NAMESIZE = 64;
  public static final int MAX_QUEUES = 1024;

  public static final int NAME = 0;
  public static final int NB_RX_QUEUES = 80;
  public static final int NB_TX_QUEUES = 82;
  public static final int DEV_PRIVATE = 96;
  public static final int DEV_LINK = 104;
  public static final int MTU = 2384;
  public static final int MIN_RX_BUF_SIZE = 2388;
  public static final int RX_MBUF_ALLOC_FAILED = 2392;
  public static final int MAC_ADDRS = 2400;
  public static final int PORT_ID = 3440;
  public static final int BITS = 3442;
  public static final int RX_QUEUE_STATE = 3443;
  public static final int TX_QUEUE_STATE = 4467;
  public static final int DEV_FLAGS = 5492;
  public static final int NUMA_NODE = 5496;

  private EthDevDataLayout() {}
}
