package io.sluice.config;

/**
 * Offsets of the memzone {@code SLUICE_journal}: what each thread of each process is about to do to
 * shared structures, so that others can finish or undo it when the process dies.
 *
 * <pre>
 *   header, 64 bytes                    slot, 256 bytes, from 64
 *    0  4  slots                         0  4  owner: generation of the process, 0 if free
 *    4  4  claims undone so far          64  8  side: address of a ring's head and tail, or 0
 *                                       72  4  head that the thread claims from
 *                                       76  4  count of entries that it claims
 *                                       80  8  reference: an mbuf whose count changes, or 0
 *                                       88  8  the clone that refers to it
 *                                       96  4  the count before
 *                                      100  4  what is done to it, see {@link Journal.Change}
 *                                      104  8  stack that the thread is at work on, or 0
 *                                      128 16  peeks: 8 of {side u64, head u32, count u32}
 *   reference locks, 1024 of 4 bytes, behind the slots: the number of the slot, from 1 on, whose
 *                                      thread changes the count of an mbuf that hashes there; or 0
 * </pre>
 *
 * A slot's two halves that the data path writes are on cache lines of their own, which no other
 * process writes.
 */
public final class JournalLayout {
  public static final int SLOTS = 0;
  public static final int UNDONE = 4;
  public static final int FIRST_SLOT = 64;

  public static final int OWNER = 0;
  public static final int CLAIM = 64;
  public static final int PEEKS = 128;

  /** Of a slot: the mbuf. */
  public static final int REFERENCE = 80;

  /** Of a slot: the clone. */
  public static final int REFERENCE_CLONE = 88;

  /** Of a slot: the count before and, in the upper half, what is done to it, stored at once. */
  public static final int REFERENCE_CHANGE = 96;

  /** Of a slot: address of a pool's stack. */
  public static final int STACK = 104;

  /** Of a claim. */
  public static final int SIDE = 0;

  /** Of a claim: head and, in the upper half, count, stored at once. */
  public static final int EXTENT = 8;

  /** Bytes of a claim in {@link #PEEKS}. */
  public static final int CLAIM_SIZEOF = 16;

  /** Claims that a thread can have open at once. */
  public static final int MAX_PEEKS = 8;

  /** Bytes of a slot. */
  public static final int SLOT_SIZEOF = 256;

  /** How many threads fit. */
  public static final int MAX_THREADS = 512;

  public static final int REFERENCE_LOCKS = FIRST_SLOT + MAX_THREADS * SLOT_SIZEOF;

  /** Two to the power of this many locks. */
  public static final int REFERENCE_LOCK_BITS = 10;

  /** Bytes of the whole zone. */
  public static final int SIZEOF = REFERENCE_LOCKS + (Integer.BYTES << REFERENCE_LOCK_BITS);

  private JournalLayout() {}
}
