package io.sluice.config;

/**
 * Offsets of {@code struct rte_mem_config} of DPDK 22.11 ({@code eal_memcfg.h}).
 *
 * <pre>
 *   offset  bytes  field
 *        0  4      magic
 *        4  4      version
 *        8  4      nchannel
 *       12  4      nrank
 *       16  4      mlock
 *       20  4      qlock
 *       24  4      mplock
 *       28  4      tlock
 *       32  4      memory_hotplug_lock
 *       36  1      mp_status
 *       40  96     memzones
 *      136  17408  memsegs
 *    17544  1536   tailq_head
 *    19136  6144   malloc_heaps
 *    25280  4      next_socket_id
 *    25288  8      mem_cfg_addr
 *    25296  4      legacy_mem
 *    25300  4      single_file_segments
 *    25304  8      tsc_hz
 *    25312  1      dma_maskbits
 *    25344         end
 * </pre>
 */
public final class MemConfigLayout {
  public static final int MAGIC = 0;
  public static final int VERSION = 4;
  public static final int NCHANNEL = 8;
  public static final int NRANK = 12;
  public static final int MLOCK = 16;
  public static final int QLOCK = 20;
  public static final int MPLOCK = 24;
  public static final int TLOCK = 28;
  public static final int MEMORY_HOTPLUG_LOCK = 32;
  public static final int MP_STATUS = 36;
  public static final int MEMZONES = 40;
  public static final int MEMSEGS = 136;
  public static final int TAILQ_HEAD = 17544;
  public static final int MALLOC_HEAPS = 19136;
  public static final int NEXT_SOCKET_ID = 25280;
  public static final int MEM_CFG_ADDR = 25288;
  public static final int LEGACY_MEM = 25296;
  public static final int SINGLE_FILE_SEGMENTS = 25300;
  public static final int TSC_HZ = 25304;
  public static final int DMA_MASKBITS = 25312;

  /** Bytes of the whole structure. */
  public static final int SIZEOF = 25344;

  private MemConfigLayout() {}
}
