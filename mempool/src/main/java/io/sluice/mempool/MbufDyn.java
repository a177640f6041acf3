package io.sluice.mempool;

import io.sluice.config.Locks;
import io.sluice.config.ProcType;
import io.sluice.config.Tailq;
import io.sluice.config.TailqEntryLayout;
import io.sluice.config.UndoLog;
import io.sluice.memzone.Construction;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.function.ToIntBiFunction;

/**
 * {@code rte_mbuf_dyn.h}: fields and flags of mbufs that are given out by name at run time. The
 * primary registers; a secondary finds what is registered, by registering the same or by looking it
 * up. What is registered stays until the primary ends.
 *
 * <p>Thread-safe across processes, by the tailqs' lock.
 */
public final class MbufDyn {
  private static final String ZONE = "rte_mbuf_dyn";
  private static final String FIELDS = "RTE_MBUF_DYNFIELD";
  private static final String FLAGS = "RTE_MBUF_DYNFLAG";

  /** {@code dynfield1}, all that an mbuf has to give. */
  private static final int DYNFIELD_END = MbufLayout.DYNFIELD1 + 36;

  /** {@code RTE_MBUF_F_FIRST_FREE} to {@code RTE_MBUF_F_LAST_FREE}: bits 23 to 40. */
  private static final long FREE_FLAGS = (1L << 41) - (1L << 23);

  /** For a place: where it fits best. */
  private static final int ANYWHERE = Integer.MIN_VALUE;

  private MbufDyn() {}

  /**
   * {@code rte_mbuf_dynfield_register}: gives a field a place in every mbuf, or finds the one of
   * that name.
   *
   * @param name at most 63 bytes
   * @param size bytes, below the size of an mbuf
   * @param align a power of two, at most the size of an mbuf
   * @return the field's offset from the mbuf's address
   * @throws SluiceException EEXIST if it is there with another size or alignment, EPERM if it is
   *     not there and this is a secondary, ENOENT if no room is left, EINVAL, ENAMETOOLONG, ENOMEM
   */
  public static int registerField(SharedMemory m, String name, int size, int align) {
    return registerFieldAt(m, name, size, align, ANYWHERE);
  }

  /**
   * {@code rte_mbuf_dynfield_register_offset}: at a place of the caller's choice.
   *
   * @param offset from the mbuf's address
   * @return {@code offset}
   * @throws SluiceException EBUSY if that place is not free, not aligned or not in an mbuf; EEXIST
   *     also if the field is elsewhere; otherwise as {@link #registerField}
   */
  public static int registerFieldAt(SharedMemory m, String name, int size, int align, int offset) {
    checkName(name);
    if (size <= 0
        || size >= MbufLayout.SIZEOF
        || Integer.bitCount(align) != 1
        || align < 0
        || align > MbufLayout.SIZEOF) {
      throw new SluiceException(
          Errno.EINVAL,
          "dynfield '"
              + name
              + "': size="
              + size
              + " align="
              + align
              + ", it takes a size below 128 and a power of two up to 128");
    }
    return register(
        m, (parts, log) -> registerFieldLocked(m, parts, log, name, size, align, offset));
  }

  /** {@code rte_mbuf_dynfield_lookup}: the field's offset, or -1. */
  public static int lookupField(SharedMemory m, String name) {
    long element = locked(m, () -> find(m, FIELDS, name));
    return element == 0 ? -1 : (int) Memory.getLong(element + MbufDynLayout.FIELD_OFFSET);
  }

  /**
   * {@code rte_mbuf_dynflag_register}: gives a flag a bit of {@code ol_flags}, or finds the one of
   * that name.
   *
   * @return the bit's number
   * @throws SluiceException EPERM if it is not there and this is a secondary, ENOENT if no bit is
   *     left, ENAMETOOLONG, ENOMEM
   */
  public static int registerFlag(SharedMemory m, String name) {
    return registerFlagAt(m, name, ANYWHERE);
  }

  /**
   * {@code rte_mbuf_dynflag_register_bitnum}: a bit of the caller's choice.
   *
   * @return {@code bit}
   * @throws SluiceException EBUSY if that bit is not free, EINVAL if there is none such, EEXIST if
   *     the flag has another; otherwise as {@link #registerFlag}
   */
  public static int registerFlagAt(SharedMemory m, String name, int bit) {
    checkName(name);
    if (bit != ANYWHERE && (bit < 0 || bit >= Long.SIZE)) {
      throw new SluiceException(
          Errno.EINVAL, "dynflag '" + name + "': bit=" + bit + ", it takes 0 to 63");
    }
    return register(m, (parts, log) -> registerFlagLocked(m, parts, log, name, bit));
  }

  /** {@code rte_mbuf_dynflag_lookup}: the bit's number, or -1. */
  public static int lookupFlag(SharedMemory m, String name) {
    long element = locked(m, () -> find(m, FLAGS, name));
    return element == 0 ? -1 : Memory.getInt(element + MbufDynLayout.FLAG_BITNUM);
  }

  /** {@code rte_mbuf_dyn_dump}: the fields, the flags and, once there was one, what is free. */
  public static String dump(SharedMemory m) {
    StringBuilder text = new StringBuilder("Reserved fields:\n");
    locked(
        m,
        () -> {
          Tailq.iterate(
              m.tailq(FIELDS),
              entry -> {
                long element = Memory.getLong(entry + TailqEntryLayout.DATA);
                text.append("  name=").append(nameOf(element));
                text.append(" offset=")
                    .append(Memory.getLong(element + MbufDynLayout.FIELD_OFFSET));
                text.append(" size=").append(Memory.getLong(element + MbufDynLayout.FIELD_SIZE));
                text.append(" align=").append(Memory.getLong(element + MbufDynLayout.FIELD_ALIGN));
                text.append(" flags=0\n");
              });
          text.append("Reserved flags:\n");
          Tailq.iterate(
              m.tailq(FLAGS),
              entry -> {
                long element = Memory.getLong(entry + TailqEntryLayout.DATA);
                text.append("  name=").append(nameOf(element));
                text.append(" bitnum=").append(Memory.getInt(element + MbufDynLayout.FLAG_BITNUM));
                text.append(" flags=0\n");
              });
          MemZone zone = MemZone.lookup(m, ZONE);
          if (zone != null) {
            dumpFree(zone.address(), text);
          }
          return 0;
        });
    return text.toString();
  }

  private static void dumpFree(long zone, StringBuilder text) {
    text.append("Free space in mbuf (0 = occupied, value = free zone alignment):\n");
    for (int i = 0; i < MbufLayout.SIZEOF; i++) {
      text.append(i % 8 == 0 ? String.format("  %04x: ", i) : " ");
      text.append(String.format("%02x", free(zone, i)));
      text.append(i % 8 == 7 ? "\n" : "");
    }
    long flags = Memory.getLong(zone + MbufDynLayout.FREE_FLAGS);
    text.append("Free bit in mbuf->ol_flags (0 = occupied, 1 = free):\n");
    for (int i = 0; i < Long.SIZE; i++) {
      text.append(i % 8 == 0 ? String.format("  %04x: ", i) : " ");
      text.append(flags >>> i & 1);
      text.append(i % 8 == 7 ? "\n" : "");
    }
  }

  private static void checkName(String name) {
    if (name.isEmpty() || name.length() >= MbufDynLayout.NAMESIZE) {
      throw new SluiceException(
          Errno.ENAMETOOLONG,
          "dynamic mbuf name '"
              + name
              + "' has "
              + name.length()
              + " characters, it takes 1 to 63");
    }
  }

  private static long locked(SharedMemory m, LongSupplier action) {
    m.locks().lock(Locks.QLOCK);
    try {
      return action.getAsLong();
    } finally {
      m.locks().unlock(Locks.QLOCK);
    }
  }

  /** All of a registration or nothing. */
  private static int register(SharedMemory m, ToIntBiFunction<Construction, UndoLog> registration) {
    try (Construction parts = new Construction(m)) {
      return m.locks().change(Locks.QLOCK, log -> registration.applyAsInt(parts, log));
    }
  }

  private static String nameOf(long element) {
    return Memory.getString(element + MbufDynLayout.NAME, MbufDynLayout.NAMESIZE);
  }

  private static long find(SharedMemory m, String tailq, String name) {
    long[] found = new long[1];
    Tailq.iterate(
        m.tailq(tailq),
        entry -> {
          long element = Memory.getLong(entry + TailqEntryLayout.DATA);
          if (nameOf(element).equals(name)) {
            found[0] = element;
          }
        });
    return found[0];
  }

  /** The shared zone; the primary makes it when it is first asked for. */
  private static long zone(SharedMemory m, Construction parts, String name) {
    MemZone zone = MemZone.lookup(m, ZONE);
    if (m.procType() != ProcType.PRIMARY) {
      throw new SluiceException(
          Errno.EPERM,
          "'"
              + name
              + "' is no dynamic field or flag of the primary, and only the primary adds one");
    }
    if (zone == null) {
      zone = parts.reserve(ZONE, MbufDynLayout.ZONE_SIZEOF, -1, 0);
      Memory.fill(zone.address(), MbufDynLayout.ZONE_SIZEOF, (byte) 0);
      byte[] free = new byte[MbufLayout.SIZEOF];
      Arrays.fill(free, MbufLayout.DYNFIELD1, DYNFIELD_END, (byte) 1);
      setFree(UndoLog.NONE, zone.address(), free);
      Memory.putLong(zone.address() + MbufDynLayout.FREE_FLAGS, FREE_FLAGS);
    }
    return zone.address();
  }

  private static int registerFieldLocked(
      SharedMemory m,
      Construction parts,
      UndoLog log,
      String name,
      int size,
      int align,
      int wanted) {
    long known = find(m, FIELDS, name);
    if (known != 0) {
      int offset = (int) Memory.getLong(known + MbufDynLayout.FIELD_OFFSET);
      if (Memory.getLong(known + MbufDynLayout.FIELD_SIZE) != size
          || Memory.getLong(known + MbufDynLayout.FIELD_ALIGN) != align
          || wanted != ANYWHERE && wanted != offset) {
        throw new SluiceException(
            Errno.EEXIST,
            "dynfield '"
                + name
                + "' is there with size="
                + Memory.getLong(known + MbufDynLayout.FIELD_SIZE)
                + " align="
                + Memory.getLong(known + MbufDynLayout.FIELD_ALIGN)
                + " offset="
                + offset
                + ", not size="
                + size
                + " align="
                + align
                + (wanted == ANYWHERE ? "" : " offset=" + wanted));
      }
      return offset;
    }
    long zone = zone(m, parts, name);
    int offset = wanted == ANYWHERE ? bestPlace(zone, size, align) : wanted;
    if (offset == ANYWHERE) {
      throw new SluiceException(
          Errno.ENOENT,
          "dynfield '" + name + "': no " + size + " bytes are left in an mbuf at align=" + align);
    }
    if (!isFree(zone, offset, size, align)) {
      throw new SluiceException(
          Errno.EBUSY,
          "dynfield '"
              + name
              + "': "
              + size
              + " bytes at offset="
              + offset
              + " align="
              + align
              + " are not free; register it without an offset");
    }
    long element = element(parts, "mbuf_dynfield", MbufDynLayout.FIELD_SIZEOF, name);
    long entry = entry(parts, element, name);
    Memory.putLong(element + MbufDynLayout.FIELD_SIZE, size);
    Memory.putLong(element + MbufDynLayout.FIELD_ALIGN, align);
    Memory.putLong(element + MbufDynLayout.FIELD_OFFSET, offset);
    byte[] free = new byte[MbufLayout.SIZEOF];
    Memory.copyToBytes(zone + MbufDynLayout.FREE_SPACE, free, 0, free.length);
    Arrays.fill(free, offset, offset + size, (byte) 0);
    setFree(log, zone, free);
    Tailq.insertTail(log, m.tailq(FIELDS), entry);
    parts.commit(log);
    return offset;
  }

  private static int registerFlagLocked(
      SharedMemory m, Construction parts, UndoLog log, String name, int wanted) {
    long known = find(m, FLAGS, name);
    if (known != 0) {
      int bit = Memory.getInt(known + MbufDynLayout.FLAG_BITNUM);
      if (wanted != ANYWHERE && wanted != bit) {
        throw new SluiceException(
            Errno.EEXIST, "dynflag '" + name + "' is there with bit=" + bit + ", not " + wanted);
      }
      return bit;
    }
    long zone = zone(m, parts, name);
    long free = Memory.getLong(zone + MbufDynLayout.FREE_FLAGS);
    if (free == 0) {
      throw new SluiceException(Errno.ENOENT, "dynflag '" + name + "': no bit of ol_flags is left");
    }
    int bit = wanted == ANYWHERE ? Long.numberOfTrailingZeros(free) : wanted;
    if ((free >>> bit & 1) == 0) {
      throw new SluiceException(
          Errno.EBUSY,
          "dynflag '" + name + "': bit=" + bit + " is not free; register it without a bit");
    }
    long element = element(parts, "mbuf_dynflag", MbufDynLayout.FLAG_SIZEOF, name);
    Memory.putInt(element + MbufDynLayout.FLAG_BITNUM, bit);
    long entry = entry(parts, element, name);
    log.putLong(zone + MbufDynLayout.FREE_FLAGS, free & ~(1L << bit));
    Tailq.insertTail(log, m.tailq(FLAGS), entry);
    parts.commit(log);
    return bit;
  }

  private static long element(Construction parts, String type, int bytes, String name) {
    long address = allocate(parts, type, bytes, name);
    Memory.putString(address + MbufDynLayout.NAME, MbufDynLayout.NAMESIZE, name);
    return address;
  }

  private static long entry(Construction parts, long element, String name) {
    long entry = allocate(parts, "MBUF_DYN_TAILQ_ENTRY", TailqEntryLayout.SIZEOF, name);
    Memory.putLong(entry + TailqEntryLayout.DATA, element);
    return entry;
  }

  private static long allocate(Construction parts, String type, int bytes, String name) {
    long address = parts.zmalloc(type, bytes, MemZone.SOCKET_ID_ANY);
    if (address == 0) {
      throw new SluiceException(
          Errno.ENOMEM,
          "no memory for dynamic mbuf field or flag '" + name + "'; give more with -m");
    }
    return address;
  }

  /** The place that spoils the least: room for larger fields is kept for later. */
  private static int bestPlace(long zone, int size, int align) {
    int best = ANYWHERE;
    int bestScore = Integer.MAX_VALUE;
    for (int offset = 0; offset + size <= MbufLayout.SIZEOF; offset += align) {
      int score = free(zone, offset);
      if (score < bestScore && isFree(zone, offset, size, align)) {
        best = offset;
        bestScore = score;
      }
    }
    return best;
  }

  private static boolean isFree(long zone, int offset, int size, int align) {
    if (offset < 0 || offset + size > MbufLayout.SIZEOF || offset % align != 0) {
      return false;
    }
    for (int i = offset; i < offset + size; i++) {
      if (free(zone, i) == 0) {
        return false;
      }
    }
    return true;
  }

  private static int free(long zone, int offset) {
    return Memory.getByte(zone + MbufDynLayout.FREE_SPACE + offset) & 0xff;
  }

  /** Stores which bytes are free, not 0, with their {@link #score}. */
  private static void setFree(UndoLog log, long zone, byte[] free) {
    score(free);
    ByteBuffer words = ByteBuffer.wrap(free).order(ByteOrder.LITTLE_ENDIAN);
    for (int offset = 0; offset < free.length; offset += Long.BYTES) {
      long word = zone + MbufDynLayout.FREE_SPACE + offset;
      if (Memory.getLong(word) != words.getLong(offset)) {
        log.putLong(word, words.getLong(offset));
      }
    }
  }

  /**
   * {@code process_score}: writes into each free byte the size of the aligned piece it is part of.
   */
  private static void score(byte[] free) {
    int offset = 0;
    while (offset < free.length) {
      int room = 0;
      while (offset + room < free.length && free[offset + room] != 0) {
        room++;
      }
      if (room == 0) {
        offset++;
        continue;
      }
      int piece = 1;
      while (offset % (piece << 1) == 0 && piece << 1 <= room) {
        piece <<= 1;
      }
      Arrays.fill(free, offset, offset + piece, (byte) piece);
      offset += piece;
    }
  }
}
