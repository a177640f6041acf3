package io.sluice.config;

/**
 * Offsets of the memzone {@code SLUICE_journal}: what each thread of each process is about to do to
 * shared structures, so that others can finish or undo it when the process dies.
 *
 * <pre>
 *   header, 64 bytes                    slot, 128 bytes, from 64
 *    0  4  slots                         0  4  owner: generation of the process, 0 if free
 *                                       64  8  reference: an mbuf whose count changes, or 0
 *                                       72  8  the clone that refers to it
 *                                       80  4  the count before
 *                                       84  4  what is done to it, see {@link Journal.Change}
 *                                       88  8  stack that the thread is at work on, or 0
 *                                       96  8  address of a ring's head and tail that it is about
 *                                              to claim from, or 0
 *                                      104  4  the head that it claims from
 *                                      108  4  count of entries that it claims
 *   reference locks, 1024 of 4 bytes, behind the slots: the number of the slot, from 1 on, whose
 *                                      thread changes the count of an mbuf that hashes there; or 0
 * </pre>
 *
 * The half of a slot that the data path writes is a cache line of its own, which no other process
 * writes.
 */
public final class JournalLayout {
  public static final int SLOTS = 0;
  public static final int FIRST_SLOT = 64;

  public static final int OWNER = 0;

  /** Of a slot: the mbuf. */
  public static final int REFERENCE = 64;

  /** Of a slot: the clone. */
  public static final int REFERENCE_CLONE = 72;

  /** Of a slot: the count before and, in the upper half, what is done to it, stored at once. */
  public static final int REFERENCE_CHANGE = 80;

  /** Of a slot: address of a pool's stack. */
  public static final int STACK = 88;

  /** Of a slot: a side of a ring. */
  public static final int SIDE = 96;

  /** Of a slot: head and, in the upper half, count, stored at once. */
  public static final int EXTENT = 104;

  /** Bytes of a slot. */
  public static final int SLOT_SIZEOF = 128;

  /** How many threads fit. */
  public static final int MAX_THREADS = 512;

  public static final int REFERENCE_LOCKS = FIRST_SLOT + MAX_THREADS * SLOT_SIZEOF;

  /** Two to the power of this many locks. */
  public static final int REFERENCE_LOCK_BITS = 10;

  /** Bytes of the whole zone. */
  public static final int SIZEOF = REFERENCE_LOCKS + (Integer.BYTES << REFERENCE_LOCK_BITS);

  private JournalLayout() {}
}
