package io.sluice.cli.chaos;

/**
 * The memzone {@code SLUICE_chaos}, in which the processes of a chaos run keep account of packets
 * and show that they go on.
 *
 * <pre>
 *     0  next number (8)                          of a packet, from 1 on
 *    64  corrupted (8)  recovered (8)
 *   128  member[0..7], 1152 bytes each            written by the member's process only
 *          0  turns (8)  packets (8)  gaps (8)
 *        128  gap[64], 16 bytes each: begin (8)  end (8), as System.nanoTime
 *  9344  state[16384], 8 bytes each: packet n at n mod 16384, as n &lt;&lt; 2 | state
 * </pre>
 *
 * The private area of each mbuf has 8 bytes with the number of the packet that it is the head of,
 * or was last; 0 for none.
 */
final class ChaosLayout {
  static final int MAX_MEMBERS = 8;

  static final int NEXT_NUMBER = 0;
  static final int CORRUPTED = 64;
  static final int RECOVERED = 72;

  static final int FIRST_MEMBER = 128;
  static final int TURNS = 0;
  static final int PACKETS = 8;
  static final int GAPS = 16;
  static final int FIRST_GAP = 128;
  static final int MAX_GAPS = 64;
  static final int GAP_BEGIN = 0;
  static final int GAP_END = 8;
  static final int GAP_SIZEOF = 16;
  static final int MEMBER_SIZEOF = FIRST_GAP + MAX_GAPS * GAP_SIZEOF;

  static final int FIRST_STATE = FIRST_MEMBER + MAX_MEMBERS * MEMBER_SIZEOF;

  /** Far more than there are mbufs, each of which can keep one number from being used again. */
  static final int STATES = 16384;

  static final int SIZEOF = FIRST_STATE + STATES * 8;

  /** In an mbuf's private area. */
  static final int NUMBER = 0;

  static final int PRIVATE_SIZEOF = 8;

  private ChaosLayout() {}
}
