package io.sluice.config;

/**
 * Offsets of {@code struct hugepage_info} of DPDK 22.11 ({@code eal_internal_cfg.h}).
 *
 * <pre>
 *   offset  bytes  field
 *        0  8      hugepage_sz
 *        8  4096   hugedir
 *     4104  128    num_pages
 *     4232  4      lock_descriptor
 *     4240         end
 * </pre>
 */
public final class HugepageInfoLayout {
  public static final int HUGEPAGE_SZ = 0;
  public static final int HUGEDIR = 8;
  public static final int NUM_PAGES = 4104;
  public static final int LOCK_DESCRIPTOR = 4232;

  /** Bytes of the whole structure. */
  public static final int SIZEOF = 4240;

  private HugepageInfoLayout() {}
}
