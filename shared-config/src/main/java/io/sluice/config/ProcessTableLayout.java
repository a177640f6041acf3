package io.sluice.config;

/**
 * Offsets of the memzone {@code SLUICE_process_table}, which DPDK knows nothing of.
 *
 * <pre>
 *   header, 64 bytes            slot, 128 bytes, from 64 + 512
 *    0  4  slots                 0  4  pid, 0 in a free slot
 *    4  4  generation, counts    4  4  state: 0 claimed, 1 active
 *          all claims            8  8  start time of the process, clock ticks since boot
 *    8  8  primary in charge,   16  4  process type: 0 primary, 1 secondary
 *          or the last one:     20  4  generation
 *          its generation, and  24 32  role
 *          its pid in the
 *          upper half
 *   16  4  version of Sluice's  56  4  the last question that it has
 *          own zones                   answered, or one to come
 *   20  4  questions asked
 *   lcore owners, from 64
 *    0  4  generation of who
 *          has lcore 0, or 0
 *    4  4  of lcore 1 ...
 * </pre>
 */
public final class ProcessTableLayout {
  public static final int SLOTS = 0;
  public static final int NEXT_GENERATION = 4;

  /** One word, so that generation and pid are those of one primary. */
  public static final int PRIMARY = 8;

  public static final int VERSION = 16;
  public static final int ASKED = 20;

  public static final int LCORE_OWNERS = 64;
  public static final int FIRST_SLOT = 64 + 512;

  public static final int PID = 0;
  public static final int STATE = 4;
  public static final int START_TIME = 8;
  public static final int PROC_TYPE = 16;
  public static final int GENERATION = 20;
  public static final int ROLE = 24;
  public static final int ROLE_LENGTH = 32;
  public static final int ANSWERED = 56;

  /** Bytes of a slot. */
  public static final int SLOT_SIZEOF = 128;

  /** How many processes fit. */
  public static final int MAX_PROCESSES = 128;

  /** Bytes of the whole zone. */
  public static final int SIZEOF = FIRST_SLOT + MAX_PROCESSES * SLOT_SIZEOF;

  private ProcessTableLayout() {}
}
