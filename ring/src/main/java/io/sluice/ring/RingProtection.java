package io.sluice.ring;

import io.sluice.config.Locks;
import io.sluice.config.UndoLog;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * How a ring is protected, for every process in the same way, and where its two {@link ClaimNote}s
 * lie: its place in the memzone {@link #ZONE}, which is there once somebody created a ring.
 *
 * <pre>
 *       0  8  address of a ring, with its {@link Protection}, or that it was freed, in the low bits
 *       8  8  of another ...
 *   20480 64  the note of the first one's producers
 *   20544 64  the note of its consumers
 *   20608 64  of another's producers ...
 * </pre>
 *
 * <p>Whoever changes a place holds the tailqs' lock, so that it is set and freed together with the
 * list's entry. A ring that a process of stock DPDK has made gets its place when one of Sluice
 * first has a handle on it, and is fully protected, unless it has more slots than a protected one
 * may have.
 *
 * @param protection what the death of a process does to the ring
 * @param notes address of the producers' note, with the consumers' {@link #NOTE_SIZEOF} behind it;
 *     0 where nothing is noted
 * @param entry address of what says so, 0 of {@link #NONE}
 * @param value what was there
 */
record RingProtection(Protection protection, long notes, long entry, long value) {
  static final String ZONE = "SLUICE_protection";

  /** Of a ring in no shared memory or in no list, of one that is too large, and in an observer. */
  static final RingProtection NONE = new RingProtection(Protection.OFF, 0, 0, 0);

  /** A cache line: only claimants on this side write it. */
  static final long NOTE_SIZEOF = 64;

  private static final int MAX_SLOTS = ClaimNote.MAX_COUNT + 1;

  /** As many as there can be memzones, each of which holds a ring at most. */
  private static final int ENTRIES = 2560;

  private static final long FIRST_NOTE = (long) ENTRIES * Long.BYTES;
  private static final long SIZEOF = FIRST_NOTE + ENTRIES * 2 * NOTE_SIZEOF;

  /** Rings begin at a cache line. */
  private static final long ALIGN = 64;

  /** In place of a {@link Protection}: the ring that was there has been freed. */
  private static final long FREE = Protection.values().length;

  /**
   * Refuses what cannot be.
   *
   * @throws SluiceException EINVAL for a protected ring that holds more than a note can say
   */
  static void check(String name, int slots, Protection protection) {
    if (protection != Protection.OFF && slots > MAX_SLOTS) {
      throw new SluiceException(
          Errno.EINVAL,
          "ring '"
              + name
              + "' has "
              + slots
              + " slots, a protected one at most "
              + MAX_SLOTS
              + "; create it with Protection.OFF");
    }
  }

  /** Gives a ring that has none a place. */
  static void set(SharedMemory m, UndoLog log, String name, long ring, Protection protection) {
    long zone = MemZone.lookupOrReserve(m, ZONE, SIZEOF, MemZone.SOCKET_ID_ANY, 0, ALIGN).address();
    int index = placeFor(zone, ring);
    if (index < 0) {
      freeUnlisted(m, zone);
      index = placeFor(zone, ring);
    }
    if (index < 0) {
      throw new SluiceException(
          Errno.ENOSPC, "ring '" + name + "': " + ENTRIES + " rings are there already");
    }
    Memory.fill(notes(zone, index), 2 * NOTE_SIZEOF, (byte) 0);
    log.putLong(entry(zone, index), ring | protection.ordinal());
  }

  /**
   * The one that a ring at that address had last, so that whoever still has a handle on that one
   * has no other's notes; else one that nobody had, else any that is free; -1 if none is.
   */
  private static int placeFor(long zone, long ring) {
    int unused = -1;
    int free = -1;
    for (int i = 0; i < ENTRIES; i++) {
      long entry = Memory.getLong(entry(zone, i));
      if ((entry & -ALIGN) == ring) {
        return i;
      }
      unused = unused < 0 && entry == 0 ? i : unused;
      free = free < 0 && isFree(entry) ? i : free;
    }
    return unused < 0 ? free : unused;
  }

  /**
   * Frees the places of rings that a process of stock DPDK has freed, which knows nothing of them.
   * That is so whatever comes of the change that this is part of.
   */
  private static void freeUnlisted(SharedMemory m, long zone) {
    Set<Long> listed = new HashSet<>();
    RingCreation.walk(m, listed::add);
    for (int i = 0; i < ENTRIES; i++) {
      long ring = Memory.getLong(entry(zone, i)) & -ALIGN;
      if (!listed.contains(ring)) {
        Memory.putLongVolatile(entry(zone, i), ring | FREE);
      }
    }
  }

  static void remove(SharedMemory m, UndoLog log, long ring) {
    RingProtection place = find(MemZone.lookup(m, ZONE), ring);
    if (place != null) {
      log.putLong(place.entry, ring | FREE);
    }
  }

  private static boolean isFree(long entry) {
    return (entry & ALIGN - 1) == FREE;
  }

  private static long entry(long zone, int index) {
    return zone + (long) index * Long.BYTES;
  }

  private static long notes(long zone, int index) {
    return zone + FIRST_NOTE + index * 2 * NOTE_SIZEOF;
  }

  /**
   * Of the ring at that address; null if it has no place.
   *
   * @param zone {@link #ZONE}'s, or null
   */
  static RingProtection find(MemZone zone, long ring) {
    for (int i = 0; zone != null && i < ENTRIES; i++) {
      long entry = entry(zone.address(), i);
      long value = Memory.getLongVolatile(entry);
      if ((value & -ALIGN) == ring && !isFree(value)) {
        Protection protection = Protection.values()[(int) (value & ALIGN - 1)];
        return new RingProtection(protection, notes(zone.address(), i), entry, value);
      }
    }
    return null;
  }

  /** Whether it is still so. One load. */
  boolean isCurrent() {
    return entry == 0 || Memory.getLong(entry) == value;
  }

  /**
   * Of the ring at that address, which gets a place if it is in the tailq and has none; {@code m}
   * is null for one in no shared memory.
   */
  static RingProtection of(SharedMemory m, long ring) {
    if (m == null || m.claimants() == null) {
      return NONE;
    }
    RingProtection found = find(MemZone.lookup(m, ZONE), ring);
    return found != null ? found : m.locks().change(Locks.QLOCK, log -> enter(m, log, ring));
  }

  /** Under the lock, and another may have done it meanwhile, or freed the ring. */
  private static RingProtection enter(SharedMemory m, UndoLog log, long ring) {
    if (!RingPart.isListed(m, ring) || Memory.getInt(ring + RingLayout.SIZE) > MAX_SLOTS) {
      return NONE;
    }
    if (find(MemZone.lookup(m, ZONE), ring) == null) {
      String name = Memory.getString(ring + RingLayout.NAME, RingLayout.NAMESIZE);
      set(m, log, name, ring, Protection.ON);
    }
    return find(MemZone.lookup(m, ZONE), ring);
  }

  /**
   * Visits every ring of the tailq, under its lock, and each has a place, which it cannot get under
   * the lock; one that came just now is not visited.
   */
  static void walk(SharedMemory m, LongConsumer visitor) {
    Set<Long> known = new HashSet<>();
    RingCreation.walk(m, known::add);
    known.forEach(address -> of(m, address));
    RingCreation.walk(
        m,
        address -> {
          if (known.contains(address)) {
            visitor.accept(address);
          }
        });
  }
}
