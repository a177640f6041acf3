package io.sluice.memseg;

import io.sluice.config.IovaMode;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;

/**
 * IO addresses: the virtual address itself in VA mode, the physical one from /proc/self/pagemap in
 * PA mode ({@code rte_mem_virt2iova}).
 */
public final class Iova {
  /** {@code RTE_BAD_IOVA}. */
  public static final long BAD = -1L;

  private static final long PAGE = 4096;
  private static final long FRAME_MASK = (1L << 55) - 1;

  private final boolean physical;

  /** For one process; every process of a prefix uses the primary's mode. */
  public Iova(IovaMode mode) {
    this.physical = mode == IovaMode.PA;
  }

  /** Whether IO addresses are physical addresses. */
  public boolean isPhysical() {
    return physical;
  }

  /** The IO address of mapped memory, or {@link #BAD}. */
  public long of(long address) {
    return physical ? physicalAddress(address) : address;
  }

  /**
   * {@code rte_mem_virt2phy}: the physical address of a mapped, populated page. {@link #BAD} if it
   * is not populated or if this process may not know (without CAP_SYS_ADMIN the kernel shows 0).
   */
  public static long physicalAddress(long address) {
    int fd = Libc.open("/proc/self/pagemap", Libc.O_RDONLY, 0);
    if (fd < 0) {
      return BAD;
    }
    long entry = Memory.allocate(Long.BYTES);
    try {
      long read = Libc.pread(fd, entry, Long.BYTES, address / PAGE * Long.BYTES);
      long frame = read == Long.BYTES ? Memory.getLong(entry) & FRAME_MASK : 0;
      return frame == 0 ? BAD : frame * PAGE + address % PAGE;
    } finally {
      Memory.release(entry);
      Libc.close(fd);
    }
  }

  /** {@code rte_eal_using_phys_addrs}: whether this process can see physical addresses at all. */
  public static boolean physicalAddressesAvailable() {
    long probe = Memory.allocate(Long.BYTES);
    try {
      return physicalAddress(probe) != BAD;
    } finally {
      Memory.release(probe);
    }
  }
}
