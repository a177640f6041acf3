package io.sluice.ring;

import io.sluice.config.UndoLog;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * Which rings were created without protection, so that every process claims on them in the same
 * way: their addresses in the memzone {@link #ZONE}, which is there once somebody created one. Who
 * changes it holds the tailqs' lock, so that it is set and freed together with the list's entry.
 */
final class UnprotectedRings {
  static final String ZONE = "SLUICE_unprotected";

  /** As many as there can be memzones, each of which holds a ring at most. */
  private static final int ENTRIES = 2560;

  private UnprotectedRings() {}

  static void add(SharedMemory m, UndoLog log, String name, long ring) {
    MemZone zone =
        MemZone.lookupOrReserve(m, ZONE, (long) ENTRIES * Long.BYTES, MemZone.SOCKET_ID_ANY, 0, 0);
    for (int i = 0; i < ENTRIES; i++) {
      long entry = zone.address() + (long) i * Long.BYTES;
      if (Memory.getLong(entry) == 0) {
        log.putLong(entry, ring);
        return;
      }
    }
    throw new SluiceException(
        Errno.ENOSPC, "ring '" + name + "': " + ENTRIES + " rings are unprotected already");
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
      if (Memory.getLongVolatile(entry) == ring) {
        return entry;
      }
    }
    return 0;
  }

  /** The memory if the ring in it is protected, else null. */
  static SharedMemory protecting(SharedMemory m, long ring) {
    return m == null || m.journal() == null || find(m, ring) != 0 ? null : m;
  }
}
