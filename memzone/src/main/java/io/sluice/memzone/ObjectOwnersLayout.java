package io.sluice.memzone;

/**
 * Offsets of the memzone {@code SLUICE_owners}: the ranges of memory whose objects have owners.
 *
 * <pre>
 *   header, 64 bytes                     range, 64 bytes, from 64
 *    0  4  version, counts changes        0  8  start: address of the first object's chunk
 *    4  4  1 if objects of dead           8  8  length in bytes; 0 in a range that is free
 *          processes were left
 *                                        16  8  table: address of u32 owner[]
 *                                        24  4  shift: an object's index in the table is its
 *                                               distance from start, shifted right by so much
 * </pre>
 */
final class ObjectOwnersLayout {
  static final int VERSION = 0;
  static final int LEFT = 4;
  static final int FIRST_RANGE = 64;

  static final int START = 0;
  static final int LENGTH = 8;
  static final int TABLE = 16;
  static final int SHIFT = 24;

  /** Bytes of a range. */
  static final int RANGE_SIZEOF = 64;

  static final int MAX_RANGES = 1024;

  /** Bytes of the whole zone. */
  static final int SIZEOF = FIRST_RANGE + MAX_RANGES * RANGE_SIZEOF;

  private ObjectOwnersLayout() {}
}
