package io.sluice.platform;

import static net.openhft.chronicle.core.UnsafeMemory.UNSAFE;

/**
 * The one seam to raw memory: static accessors over absolute virtual addresses.
 *
 * <p>Memory order is in the name. {@code getX}/{@code putX} are plain accesses; {@code Acquire},
 * {@code Release} and {@code Volatile} have the meaning of {@link java.lang.invoke.VarHandle},
 * between the threads of one process and between processes that map the same page. Compare-and-set
 * and get-and-add are volatile. On x86-64 acquire loads and release stores are plain moves that
 * only the JIT must not reorder.
 *
 * <p>All multi-byte values are little-endian, and every address must be a multiple of the value's
 * size: atomicity is lost otherwise.
 *
 * <p>With {@code -Dsluice.checks=true} each access is held against {@link MappedRanges} and an
 * access outside throws {@link IllegalMemoryAccessException} where it would have crashed the JVM;
 * without it the checks are folded away. {@link StoreFaults} counts the stores of tests that die at
 * each of them.
 */
public final class Memory {
  /** Whether every access is checked against {@link MappedRanges}: {@code -Dsluice.checks=true}. */
  public static final boolean CHECKS = Boolean.getBoolean("sluice.checks");

  private static final long BYTES_OFFSET = UNSAFE.arrayBaseOffset(byte[].class);
  private static final long LONGS_OFFSET = UNSAFE.arrayBaseOffset(long[].class);

  /** From so many longs on a block copy, which is a call, beats a loop. */
  private static final int BLOCK_COPY = 16;

  /** Of a long copy or fill, {@link StoreFaults} counts so many bytes word by word. */
  private static final int COUNTED_BYTES = 256;

  private Memory() {}

  private static void check(long address, long length) {
    if (CHECKS) {
      MappedRanges.check(address, length);
    }
  }

  /** Ahead of each store: the check, and in tests of crash safety perhaps the end. */
  private static void checkStore(long address, long length) {
    check(address, length);
    if (StoreFaults.ENABLED) {
      StoreFaults.before(address);
    }
  }

  /** Plain load. */
  public static byte getByte(long address) {
    check(address, 1);
    return UNSAFE.getByte(address);
  }

  /** Plain store. */
  public static void putByte(long address, byte value) {
    checkStore(address, 1);
    UNSAFE.putByte(address, value);
  }

  /**
   * Volatile load: sequentially consistent with the other volatile accesses, acquire for the rest.
   */
  public static byte getByteVolatile(long address) {
    check(address, 1);
    return UNSAFE.getByteVolatile(null, address);
  }

  /** Volatile store, followed by a full fence. */
  public static void putByteVolatile(long address, byte value) {
    checkStore(address, 1);
    UNSAFE.putByteVolatile(null, address, value);
  }

  /** Plain load. */
  public static short getShort(long address) {
    check(address, 2);
    return UNSAFE.getShort(address);
  }

  /** Plain store. */
  public static void putShort(long address, short value) {
    checkStore(address, 2);
    UNSAFE.putShort(address, value);
  }

  /**
   * Volatile load: sequentially consistent with the other volatile accesses, acquire for the rest.
   */
  public static short getShortVolatile(long address) {
    check(address, 2);
    return UNSAFE.getShortVolatile(null, address);
  }

  /** Volatile store, followed by a full fence. */
  public static void putShortVolatile(long address, short value) {
    checkStore(address, 2);
    UNSAFE.putShortVolatile(null, address, value);
  }

  /** Plain load. */
  public static int getInt(long address) {
    check(address, 4);
    return UNSAFE.getInt(address);
  }

  /** Plain store. */
  public static void putInt(long address, int value) {
    checkStore(address, 4);
    UNSAFE.putInt(address, value);
  }

  /**
   * Volatile load: sequentially consistent with the other volatile accesses, acquire for the rest.
   */
  public static int getIntVolatile(long address) {
    check(address, 4);
    return UNSAFE.getIntVolatile(null, address);
  }

  /** Volatile store, followed by a full fence. */
  public static void putIntVolatile(long address, int value) {
    checkStore(address, 4);
    UNSAFE.putIntVolatile(null, address, value);
  }

  /** Plain load. */
  public static long getLong(long address) {
    check(address, 8);
    return UNSAFE.getLong(address);
  }

  /** Plain store. */
  public static void putLong(long address, long value) {
    checkStore(address, 8);
    UNSAFE.putLong(address, value);
  }

  /**
   * Volatile load: sequentially consistent with the other volatile accesses, acquire for the rest.
   */
  public static long getLongVolatile(long address) {
    check(address, 8);
    return UNSAFE.getLongVolatile(null, address);
  }

  /** Volatile store, followed by a full fence. */
  public static void putLongVolatile(long address, long value) {
    checkStore(address, 8);
    UNSAFE.putLongVolatile(null, address, value);
  }

  /** Acquire load: no later access is done before it. */
  public static int getIntAcquire(long address) {
    check(address, 4);
    return UNSAFE.getIntVolatile(null, address);
  }

  /** Release store: no earlier access is done after it. */
  public static void putIntRelease(long address, int value) {
    checkStore(address, 4);
    UNSAFE.putOrderedInt(null, address, value);
  }

  /** Stores {@code value} if {@code expected} is found there; says whether it did. */
  public static boolean compareAndSetInt(long address, int expected, int value) {
    checkStore(address, 4);
    return UNSAFE.compareAndSwapInt(null, address, expected, value);
  }

  /** Adds {@code delta} in one atomic step and returns what was there before. */
  public static int getAndAddInt(long address, int delta) {
    checkStore(address, 4);
    return UNSAFE.getAndAddInt(null, address, delta);
  }

  /** Stores {@code value} in one atomic step and returns what was there before. */
  public static int getAndSetInt(long address, int value) {
    checkStore(address, 4);
    return UNSAFE.getAndSetInt(null, address, value);
  }

  /** Acquire load: no later access is done before it. */
  public static long getLongAcquire(long address) {
    check(address, 8);
    return UNSAFE.getLongVolatile(null, address);
  }

  /** Release store: no earlier access is done after it. */
  public static void putLongRelease(long address, long value) {
    checkStore(address, 8);
    UNSAFE.putOrderedLong(null, address, value);
  }

  /** Stores {@code value} if {@code expected} is found there; says whether it did. */
  public static boolean compareAndSetLong(long address, long expected, long value) {
    checkStore(address, 8);
    return UNSAFE.compareAndSwapLong(null, address, expected, value);
  }

  /** Adds {@code delta} in one atomic step and returns what was there before. */
  public static long getAndAddLong(long address, long delta) {
    checkStore(address, 8);
    return UNSAFE.getAndAddLong(null, address, delta);
  }

  /** Stores {@code value} in one atomic step and returns what was there before. */
  public static long getAndSetLong(long address, long value) {
    checkStore(address, 8);
    return UNSAFE.getAndSetLong(null, address, value);
  }

  /** Loads an unsigned 16-bit field. */
  public static int getUnsignedShort(long address) {
    return getShort(address) & 0xffff;
  }

  /** Loads an unsigned 32-bit field. */
  public static long getUnsignedInt(long address) {
    return getInt(address) & 0xffff_ffffL;
  }

  /** Copies {@code length} bytes; the ranges must not overlap. No order, no atomicity. */
  public static void copy(long from, long to, long length) {
    check(from, length);
    check(to, length);
    if (StoreFaults.ENABLED && StoreFaults.counts(to)) {
      byte[] bytes = new byte[(int) length];
      UNSAFE.copyMemory(null, from, bytes, BYTES_OFFSET, length);
      storeByParts(bytes, to);
      return;
    }
    UNSAFE.copyMemory(from, to, length);
  }

  /** Copies bytes of an array into memory. */
  public static void copyFromBytes(byte[] from, int offset, long to, int length) {
    java.util.Objects.checkFromIndexSize(offset, length, from.length);
    check(to, length);
    if (StoreFaults.ENABLED && StoreFaults.counts(to)) {
      storeByParts(java.util.Arrays.copyOfRange(from, offset, offset + length), to);
      return;
    }
    UNSAFE.copyMemory(from, BYTES_OFFSET + offset, null, to, length);
  }

  /** Copies memory into an array of bytes. */
  public static void copyToBytes(long from, byte[] to, int offset, int length) {
    java.util.Objects.checkFromIndexSize(offset, length, to.length);
    check(from, length);
    UNSAFE.copyMemory(null, from, to, BYTES_OFFSET + offset, length);
  }

  /**
   * Copies {@code count} longs of an array into memory, each in one piece; no order among them. The
   * caller vouches for the array's bounds.
   */
  public static void copyFromLongs(long[] from, int offset, long to, int count) {
    check(to, (long) count << 3);
    if (StoreFaults.ENABLED && StoreFaults.counts(to)) {
      for (int i = 0; i < count; i++) {
        putLong(to + ((long) i << 3), from[offset + i]);
      }
      return;
    }
    if (count >= BLOCK_COPY) {
      UNSAFE.copyMemory(from, LONGS_OFFSET + ((long) offset << 3), null, to, (long) count << 3);
      return;
    }
    copyFew(from, offset, to, count);
  }

  /**
   * Without a loop: for so few, C2's around one costs as much as what is copied. And without calls:
   * JDK 25 compiles none into a branch that was seldom taken until now, as is the one for 8 after
   * many bulks of one (MP/MC then takes 1.9 ns an entry in place of 1.6). To be compiled into its
   * callers it must be shorter than 325 bytes of bytecode, and is, since the array's elements are
   * taken as such; all but a single one, for which the check of the bounds is a tenth of its time.
   */
  private static void copyFew(long[] from, int offset, long to, int count) {
    int i = offset;
    if ((count & 8) != 0) {
      UNSAFE.putLong(to, from[i]);
      UNSAFE.putLong(to + 8, from[i + 1]);
      UNSAFE.putLong(to + 16, from[i + 2]);
      UNSAFE.putLong(to + 24, from[i + 3]);
      UNSAFE.putLong(to + 32, from[i + 4]);
      UNSAFE.putLong(to + 40, from[i + 5]);
      UNSAFE.putLong(to + 48, from[i + 6]);
      UNSAFE.putLong(to + 56, from[i + 7]);
      i += 8;
      to += 64;
    }
    if ((count & 4) != 0) {
      UNSAFE.putLong(to, from[i]);
      UNSAFE.putLong(to + 8, from[i + 1]);
      UNSAFE.putLong(to + 16, from[i + 2]);
      UNSAFE.putLong(to + 24, from[i + 3]);
      i += 4;
      to += 32;
    }
    if ((count & 2) != 0) {
      UNSAFE.putLong(to, from[i]);
      UNSAFE.putLong(to + 8, from[i + 1]);
      i += 2;
      to += 16;
    }
    if ((count & 1) != 0) {
      UNSAFE.putLong(to, UNSAFE.getLong(from, LONGS_OFFSET + ((long) i << 3)));
    }
  }

  /** Copies {@code count} longs of memory into an array; see {@link #copyFromLongs}. */
  public static void copyToLongs(long from, long[] to, int offset, int count) {
    check(from, (long) count << 3);
    if (count >= BLOCK_COPY) {
      UNSAFE.copyMemory(null, from, to, LONGS_OFFSET + ((long) offset << 3), (long) count << 3);
      return;
    }
    copyFew(from, to, offset, count);
  }

  /** As the other. */
  private static void copyFew(long from, long[] to, int offset, int count) {
    int i = offset;
    if ((count & 8) != 0) {
      to[i] = UNSAFE.getLong(from);
      to[i + 1] = UNSAFE.getLong(from + 8);
      to[i + 2] = UNSAFE.getLong(from + 16);
      to[i + 3] = UNSAFE.getLong(from + 24);
      to[i + 4] = UNSAFE.getLong(from + 32);
      to[i + 5] = UNSAFE.getLong(from + 40);
      to[i + 6] = UNSAFE.getLong(from + 48);
      to[i + 7] = UNSAFE.getLong(from + 56);
      i += 8;
      from += 64;
    }
    if ((count & 4) != 0) {
      to[i] = UNSAFE.getLong(from);
      to[i + 1] = UNSAFE.getLong(from + 8);
      to[i + 2] = UNSAFE.getLong(from + 16);
      to[i + 3] = UNSAFE.getLong(from + 24);
      i += 4;
      from += 32;
    }
    if ((count & 2) != 0) {
      to[i] = UNSAFE.getLong(from);
      to[i + 1] = UNSAFE.getLong(from + 8);
      i += 2;
      from += 16;
    }
    if ((count & 1) != 0) {
      UNSAFE.putLong(to, LONGS_OFFSET + ((long) i << 3), UNSAFE.getLong(from));
    }
  }

  /** Sets {@code length} bytes to {@code value}. */
  public static void fill(long address, long length, byte value) {
    check(address, length);
    if (StoreFaults.ENABLED && StoreFaults.counts(address)) {
      byte[] bytes = new byte[(int) length];
      java.util.Arrays.fill(bytes, value);
      storeByParts(bytes, address);
      return;
    }
    UNSAFE.setMemory(address, length, value);
  }

  /**
   * Stores that may end in the middle: the first words one by one, then the rest, whose middle is
   * no different from its beginning, at once.
   */
  private static void storeByParts(byte[] bytes, long to) {
    int counted = Math.min(bytes.length, COUNTED_BYTES);
    for (int at = 0; at < counted; at += Long.BYTES) {
      StoreFaults.before(to + at);
      int part = Math.min(Long.BYTES, counted - at);
      UNSAFE.copyMemory(bytes, BYTES_OFFSET + at, null, to + at, part);
    }
    UNSAFE.copyMemory(bytes, BYTES_OFFSET + counted, null, to + counted, bytes.length - counted);
  }

  /** No later load or store is done before the loads ahead of the fence. */
  public static void loadFence() {
    UNSAFE.loadFence();
  }

  /** No earlier load or store is done after the stores behind the fence. */
  public static void storeFence() {
    UNSAFE.storeFence();
  }

  /** Orders everything before the fence against everything after it, store-load included. */
  public static void fullFence() {
    UNSAFE.fullFence();
  }

  /**
   * Reads a NUL-terminated ASCII string from a field of {@code capacity} bytes; a field with no NUL
   * is read to its end.
   */
  public static String getString(long address, int capacity) {
    byte[] bytes = new byte[capacity];
    copyToBytes(address, bytes, 0, capacity);
    int length = 0;
    while (length < capacity && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  /**
   * Writes a string, its NUL and zeroes up to {@code capacity} bytes.
   *
   * @throws IllegalArgumentException if it does not fit with its NUL
   */
  public static void putString(long address, int capacity, String value) {
    byte[] bytes = value.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    if (bytes.length >= capacity) {
      throw new IllegalArgumentException(
          "'" + value + "' has " + bytes.length + " characters, the field takes " + (capacity - 1));
    }
    fill(address, capacity, (byte) 0);
    copyFromBytes(bytes, 0, address, bytes.length);
  }

  /** Private memory outside the shared window, zeroed; ends with {@link #release}. */
  public static long allocate(long length) {
    long address = UNSAFE.allocateMemory(length);
    MappedRanges.add(address, length);
    PrivateBlocks.add(address, length);
    UNSAFE.setMemory(address, length, (byte) 0);
    return address;
  }

  /** Gives back what {@link #allocate} gave. */
  public static void release(long address) {
    MappedRanges.remove(address);
    PrivateBlocks.remove(address);
    UNSAFE.freeMemory(address);
  }
}
