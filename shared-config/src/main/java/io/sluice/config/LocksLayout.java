package io.sluice.config;

/**
 * Offsets of the memzone {@code SLUICE_locks}: who holds each of the config's locks, what to put
 * back if the holder dies, and what belongs to a process until it says otherwise.
 *
 * <pre>
 *   header, 64 bytes           record of a lock, 2048 bytes, from 64; the last one 16448
 *    0  4  records              0  8  guard: generation of the holder, upper half, and its
 *    4  4  1 if blocks are            thread; 0 when nobody has it
 *          kept in custody
 *                               8  4  entries in the log
 *   block in custody, 16
 *    0  8  generation          12  4  how often the holder has taken it again
 *    8  8  address, or 0       16  4  1 from the taking of a spinlock on until ahead of its end
 *                              20  4  1 since something was undone, until the heap knows
 *   owner of a memzone, 8      24  8  id of the request for pages that the holder waits for
 *    0  8  generation, or 0    32  8  pages that are the heap's no more, not yet given back
 *                              40  8  their length, or 0
 *                              64 16  log: {address u64, old value u64}
 * </pre>
 */
public final class LocksLayout {
  public static final int RECORDS = 0;

  /** 1 once a block is kept in custody for good. */
  public static final int KEPT = 4;

  public static final int FIRST_RECORD = 64;

  public static final int GUARD = 0;
  public static final int LENGTH = 8;
  public static final int DEPTH = 12;
  public static final int SPINLOCK_HELD = 16;
  public static final int UNDONE = 20;
  public static final int REQUEST = 24;
  public static final int SHRINK_ADDRESS = 32;
  public static final int SHRINK_LENGTH = 40;
  public static final int LOG = 64;

  /** Of an entry in a log. */
  public static final int ENTRY_ADDRESS = 0;

  public static final int ENTRY_VALUE = 8;
  public static final int ENTRY_SIZEOF = 16;

  /** Bytes of a record. */
  public static final int RECORD_SIZEOF = 2048;

  /** Entries that the log of the last record holds: for growing by as many pages as there are. */
  public static final int LAST_ENTRIES = 1024;

  /** Locks: four of the config's, 32 heaps', and the growing of heaps. */
  public static final int LOCKS = 37;

  public static final int BLOCKS =
      FIRST_RECORD + (LOCKS - 1) * RECORD_SIZEOF + LOG + LAST_ENTRIES * ENTRY_SIZEOF;

  /** Of a block in custody. */
  public static final int BLOCK_OWNER = 0;

  public static final int BLOCK_ADDRESS = 8;
  public static final int BLOCK_SIZEOF = 16;

  /** How many blocks can be in custody. */
  public static final int MAX_BLOCKS = 1024;

  public static final int ZONE_OWNERS = BLOCKS + MAX_BLOCKS * BLOCK_SIZEOF;

  /** {@code RTE_MAX_MEMZONE}. */
  public static final int MAX_ZONES = 2560;

  /** Bytes of the whole zone. */
  public static final int SIZEOF = ZONE_OWNERS + MAX_ZONES * Long.BYTES;

  private LocksLayout() {}
}
