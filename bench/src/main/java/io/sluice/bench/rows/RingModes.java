package io.sluice.bench.rows;

import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Protection;
import io.sluice.ring.Ring;

/** The rings that are measured. */
public final class RingModes {
  private static final int SIZE = 4096;

  private RingModes() {}

  /** A ring of 4096 slots. */
  public static Ring create(SharedMemory memory, String name, String mode, Protection protection) {
    return Ring.create(memory, name, SIZE, -1, flags(mode), protection);
  }

  private static int flags(String mode) {
    return switch (mode) {
      case "sp_sc" -> Ring.SP_ENQ | Ring.SC_DEQ;
      case "mp_mc" -> 0;
      case "rts" -> Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ;
      case "hts" -> Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ;
      default -> throw new IllegalArgumentException("ring mode " + mode);
    };
  }
}
