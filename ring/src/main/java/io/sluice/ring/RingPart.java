package io.sluice.ring;

import io.sluice.config.Tailq;
import io.sluice.config.TailqEntryLayout;
import io.sluice.config.UndoLog;
import io.sluice.memzone.Construction;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * A ring that becomes visible together with something that it is a part of, such as a pool, or goes
 * out of sight with it.
 *
 * <p>The zone's name keeps a second ring of that name out, so that the zone is reserved first; the
 * ring can be found only once it is in the tailq. Until then all of it is in the custody of this
 * process.
 */
public final class RingPart {
  private static final String ZONE_PREFIX = "RG_";

  private final SharedMemory memory;
  private final String name;
  private final long address;
  private final long entry;
  private final Protection protection;

  private RingPart(
      SharedMemory memory, String name, long address, long entry, Protection protection) {
    this.memory = memory;
    this.name = name;
    this.address = address;
    this.entry = entry;
    this.protection = protection;
  }

  /**
   * Makes a ring of pointers that only this process knows of, for now.
   *
   * @param parts what it is a part of
   * @param protection what the death of a process does to it
   * @throws SluiceException as {@link Ring#create}
   */
  public static RingPart make(
      SharedMemory m,
      Construction parts,
      String name,
      int count,
      int socket,
      int flags,
      Protection protection) {
    return make(m, parts, name, Long.BYTES, count, socket, flags, protection);
  }

  static RingPart make(
      SharedMemory m,
      Construction parts,
      String name,
      int esize,
      int count,
      int socket,
      int flags,
      Protection protection) {
    RingCreation.checkName(name);
    RingCreation.checkFlags(name, flags);
    int slots = RingCreation.slots(name, count, flags);
    long bytes = RingCreation.memsize(name, esize, slots);
    RingProtection.check(name, slots, protection);
    MemZone zone = reserve(parts, "ring", ZONE_PREFIX, name, bytes, socket);
    long entry = parts.zmalloc("RING_TAILQ_ENTRY", TailqEntryLayout.SIZEOF, MemZone.SOCKET_ID_ANY);
    if (entry == 0) {
      throw new SluiceException(
          Errno.ENOMEM, "ring '" + name + "': no memory for its list entry; give more with -m");
    }
    RingCreation.init(zone.address(), name, esize, count, flags);
    Memory.putLong(zone.address() + RingLayout.MEMZONE, zone.descriptor());
    Memory.putLong(entry + TailqEntryLayout.DATA, zone.address());
    return new RingPart(m, name, zone.address(), entry, protection);
  }

  /** A zone for something of that kind and name, of which there is one. */
  static MemZone reserve(
      Construction parts, String kind, String prefix, String name, long bytes, int socket) {
    try {
      return parts.reserve(prefix + name, bytes, socket, 0);
    } catch (SluiceException e) {
      if (e.errno() == Errno.EEXIST) {
        throw new SluiceException(
            Errno.EEXIST,
            kind + " '" + name + "' is there already; look it up or take another name",
            e);
      }
      throw e;
    }
  }

  /** Where it lies. */
  public long address() {
    return address;
  }

  /**
   * Puts it into the tailq; the parts are to be committed under the same lock.
   *
   * @param log of the tailqs' lock
   */
  public void list(UndoLog log) {
    RingProtection.set(memory, log, name, address, protection);
    Tailq.insertTail(log, memory.tailq(RingCreation.TAILQ), entry);
  }

  /**
   * Takes a ring out of the tailq.
   *
   * @param log of the tailqs' lock
   * @param parts get its memory
   * @throws SluiceException EINVAL if it is in no list
   */
  public static void unlist(SharedMemory m, UndoLog log, Construction parts, long address) {
    long entry = find(m, address);
    String name = Memory.getString(address + RingLayout.NAME, RingLayout.NAMESIZE);
    Tailq.remove(log, m.tailq(RingCreation.TAILQ), entry);
    RingProtection.remove(m, log, address);
    parts.take(log, entry);
    parts.take(log, MemZone.lookup(m, ZONE_PREFIX + name));
  }

  /** Whether there is a ring at that address; under the tailqs' lock. */
  static boolean isListed(SharedMemory m, long address) {
    return entryOf(m, address) != 0;
  }

  private static long entryOf(SharedMemory m, long address) {
    long[] found = new long[1];
    Tailq.iterate(
        m.tailq(RingCreation.TAILQ),
        entry -> {
          if (Memory.getLong(entry + TailqEntryLayout.DATA) == address) {
            found[0] = entry;
          }
        });
    return found[0];
  }

  private static long find(SharedMemory m, long address) {
    long entry = entryOf(m, address);
    if (entry == 0) {
      throw new SluiceException(
          Errno.EINVAL,
          "ring at 0x"
              + Long.toHexString(address)
              + " is in no list: freed already, or made by init");
    }
    return entry;
  }
}
