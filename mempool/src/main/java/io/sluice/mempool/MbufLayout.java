package io.sluice.mempool;

/**
 * {@code struct rte_mbuf} ({@code rte_mbuf_core.h}, 22.11): two cache lines of 64 bytes.
 *
 * <pre>
 *    0 buf_addr      24 ol_flags u64      42 vlan_tci u16         64 next
 *    8 buf_iova      32 packet_type u32   44 hash 8 bytes         72 tx_offload u64
 *   16 data_off u16  36 pkt_len u32       52 vlan_tci_outer u16   80 shinfo
 *   18 refcnt u16    40 data_len u16      54 buf_len u16          88 priv_size u16
 *   20 nb_segs u16                        56 pool                 90 timesync u16
 *   22 port u16                                                   92 dynfield1[9] u32
 * </pre>
 */
public final class MbufLayout {
  public static final int BUF_ADDR = 0;
  public static final int BUF_IOVA = 8;
  public static final int DATA_OFF = 16;
  public static final int REFCNT = 18;
  public static final int NB_SEGS = 20;
  public static final int PORT = 22;
  public static final int OL_FLAGS = 24;
  public static final int PACKET_TYPE = 32;
  public static final int PKT_LEN = 36;
  public static final int DATA_LEN = 40;
  public static final int VLAN_TCI = 42;
  public static final int HASH = 44;
  public static final int VLAN_TCI_OUTER = 52;
  public static final int BUF_LEN = 54;
  public static final int POOL = 56;
  public static final int NEXT = 64;
  public static final int TX_OFFLOAD = 72;
  public static final int SHINFO = 80;
  public static final int PRIV_SIZE = 88;
  public static final int TIMESYNC = 90;
  public static final int DYNFIELD1 = 92;
  public static final int SIZEOF = 128;

  private MbufLayout() {}
}
