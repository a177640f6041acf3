package io.sluice.config;

/**
 * Offsets of {@code struct rte_fbarray} of DPDK 22.11 ({@code rte_fbarray.h}).
 *
 * <pre>
 *   offset  bytes  field
 *        0  64     name
 *       64  4      count
 *       68  4      len
 *       72  4      elt_sz
 *       80  8      data
 *       88  4      rwlock
 *       96         end
 * </pre>
 */
public final class FbarrayLayout {
  public static final int NAME = 0;
  public static final int COUNT = 64;
  public static final int LEN = 68;
  public static final int ELT_SZ = 72;
  public static final int DATA = 80;
  public static final int RWLOCK = 88;

  /** Bytes of the whole structure. */
  public static final int SIZEOF = 96;

  private FbarrayLayout() {}
}
