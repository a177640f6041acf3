package io.sluice.ring;

import io.sluice.config.UndoLog;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * Which rings were created with less than full protection, so that every process claims on them in
 * the same way: their addresses, with the {@link Protection} in the low bits, in the memzone {@link
 * #ZONE}, which is there once somebody created one. Who changes it holds the tailqs' lock, so that
 * it is set and freed together with the list's entry.
 */
final class RingProtection {
  static final String ZONE = "SLUICE_protection";

  /** As many as there can be memzones, each of which holds a ring at most. */
  private static final int ENTRIES = 2560;

  /** Rings begin at a cache line. */
  private static final long ALIGN = 64;

  private RingProtection() {}

  static void set(SharedMemory m, UndoLog log, String name, long ring, Protection protection) {
    if (protection == Protection.ON) {
      return;
    }
    MemZone zone =
        MemZone.lookupOrReserve(m, ZONE, (long) ENTRIES * Long.BYTES, MemZone.SOCKET_ID_ANY, 0, 0);
    for (int i = 0; i < ENTRIES; i++) {
      long entry = zone.address() + (long) i * Long.BYTES;
      if (Memory.getLong(entry) == 0) {
        log.putLong(entry, ring | protection.ordinal());
        return;
      }
    }
    throw new SluiceException(
        Errno.ENOSPC, "ring '" + name + "': " + ENTRIES + " rings are not fully protected already");
  }

  static void remove(SharedMemory m, UndoLog log, long ring) {
    long entry = find(m, ring);
    if (entry != 0) {
      log.putLong(entry, 0);
    }
  }

  private static long find(SharedMemory m, long ring) {
    MemZone zone = MemZone.lookup(m, ZONE);
    for (int i = 0; zone != null && i < ENTRIES; i++) {
      long entry = zone.address() + (long) i * Long.BYTES;
      if ((Memory.getLongVolatile(entry) & -ALIGN) == ring) {
        return entry;
      }
    }
    return 0;
  }

  /** How the ring at that address is protected; {@code m} is null for one in no shared memory. */
  static Protection of(SharedMemory m, long ring) {
    if (m == null || m.journal() == null) {
      return Protection.OFF;
    }
    long entry = find(m, ring);
    return entry == 0
        ? Protection.ON
        : Protection.values()[(int) (Memory.getLongVolatile(entry) & ALIGN - 1)];
  }
}
