package io.sluice.mempool;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;
import java.util.Arrays;

/**
 * The backends by DPDK's names. In C the index of one is private to each process; the rings follow
 * each other in the order below, in which {@code rte_mempool_ring.c} registers them, and from where
 * on, {@code --mempool-ops-index} says. A process of Sluice that looks a pool up goes by what is in
 * memory, never by the index.
 */
enum MempoolOps {
  RING_MP_MC("ring_mp_mc", 0),
  RING_SP_SC("ring_sp_sc", Ring.SP_ENQ | Ring.SC_DEQ),
  RING_MP_SC("ring_mp_sc", Ring.SC_DEQ),
  RING_SP_MC("ring_sp_mc", Ring.SP_ENQ),
  RING_MT_RTS("ring_mt_rts", Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ),
  RING_MT_HTS("ring_mt_hts", Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ),
  /** A stack that no dead process blocks; its layout is {@link LockFreeStackLayout}, not DPDK's. */
  LF_STACK("lf_stack", -1);

  /** DPDK's stack with a lock, of which there is the one without. */
  private static final String STACK = "stack";

  /**
   * {@code RTE_MEMPOOL_MAX_OPS_IDX}, which no backend has: a C process gives up at such a pool,
   * rather than take it for one of another kind.
   */
  private static final int NO_INDEX = 16;

  private static final int SYNC_FLAGS =
      Ring.SP_ENQ
          | Ring.SC_DEQ
          | Ring.MP_RTS_ENQ
          | Ring.MC_RTS_DEQ
          | Ring.MP_HTS_ENQ
          | Ring.MC_HTS_DEQ;

  private final String dpdkName;
  private final int ringFlags;

  MempoolOps(String dpdkName, int ringFlags) {
    this.dpdkName = dpdkName;
    this.ringFlags = ringFlags;
  }

  String dpdkName() {
    return dpdkName;
  }

  /**
   * What a pool says that it is.
   *
   * @param first the index of {@link #RING_MP_MC}
   */
  int index(int first) {
    return isRing() ? first + ordinal() : NO_INDEX;
  }

  boolean isRing() {
    return ringFlags >= 0;
  }

  int ringFlags() {
    return ringFlags;
  }

  static MempoolOps byName(String name) {
    if (name.equals(STACK)) {
      return LF_STACK;
    }
    for (MempoolOps ops : values()) {
      if (ops.dpdkName.equals(name)) {
        return ops;
      }
    }
    throw new SluiceException(
        Errno.EINVAL,
        "mempool ops '"
            + name
            + "' are unknown; there are "
            + Arrays.stream(values()).map(MempoolOps::dpdkName).toList());
  }

  /** The kind of a pool whose backing ring has these flags. */
  static MempoolOps ofRing(int flags) {
    for (MempoolOps ops : values()) {
      if (ops.ringFlags == (flags & SYNC_FLAGS)) {
        return ops;
      }
    }
    throw new SluiceException(
        Errno.ENOTSUP, "backing ring's flags=0x" + Integer.toHexString(flags) + " are no pool's");
  }
}
