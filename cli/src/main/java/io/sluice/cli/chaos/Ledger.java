package io.sluice.cli.chaos;

import io.sluice.mempool.Mbuf;
import io.sluice.platform.Memory;
import java.util.function.LongConsumer;

/**
 * What has become of each packet: sent, delivered, or recovered, that is back in the pool because a
 * process died that had it in hand. Each packet has a number, which its first mbuf keeps in its
 * private area until it carries another packet.
 *
 * <p>A process may die between any two of these steps: a sender notes the number in the mbuf, then
 * that it is sent, then enqueues it; a receiver dequeues it, notes that it is delivered, then frees
 * it. So a packet that is sent and not delivered is in a ring, in hand, or died with its holder,
 * and then its mbuf comes back to the pool with the number. Whoever allocates that mbuf, or counts
 * when all is over, settles it as recovered. No number is used again while it is sent, so the table
 * may be small.
 */
final class Ledger {
  /** How many packets a process has in hand that are sent and not delivered, at the most. */
  static final int MAX_IN_HAND = 32;

  private static final int SENT = 1;
  private static final int DELIVERED = 2;
  private static final int RECOVERED = 3;
  private static final int STATE_BITS = 2;
  private static final int STATE_MASK = 3;

  private final long zone;

  /** The account in that zone. */
  Ledger(long zone) {
    this.zone = zone;
  }

  private long slot(long number) {
    return zone + ChaosLayout.FIRST_STATE + (number % ChaosLayout.STATES) * 8;
  }

  private static long word(long number, int state) {
    return number << STATE_BITS | state;
  }

  /** Where an mbuf keeps the number. */
  private static long place(long mbuf) {
    return Mbuf.toPriv(mbuf) + ChaosLayout.NUMBER;
  }

  /** The next number for a packet, which nobody else gets. */
  long nextNumber() {
    long number;
    do {
      number = Memory.getAndAddLong(zone + ChaosLayout.NEXT_NUMBER, 1) + 1;
    } while ((Memory.getLongVolatile(slot(number)) & STATE_MASK) == SENT);
    return number;
  }

  /** Notes that the packet of that first mbuf is about to be enqueued. */
  void send(long mbuf, long number) {
    Memory.putLong(place(mbuf), number);
    Memory.putLongRelease(slot(number), word(number, SENT));
  }

  /**
   * For an mbuf that was just allocated: what it carried last was recovered if it is sent still.
   */
  void settle(long mbuf) {
    long number = Memory.getLong(place(mbuf));
    if (number != 0
        && Memory.compareAndSetLong(slot(number), word(number, SENT), word(number, RECOVERED))) {
      Memory.getAndAddLong(zone + ChaosLayout.RECOVERED, 1);
    }
    Memory.putLong(place(mbuf), 0);
  }

  /** Notes that a packet has arrived, before it is freed. */
  void deliver(long number) {
    if (!Memory.compareAndSetLong(slot(number), word(number, SENT), word(number, DELIVERED))) {
      long found = Memory.getLongVolatile(slot(number));
      corrupt(
          "packet "
              + number
              + " delivered, but its state is "
              + (found & STATE_MASK)
              + " of number "
              + (found >>> STATE_BITS));
    }
  }

  /** Notes that something is not as it must be, and says what. */
  void corrupt(String what) {
    Memory.getAndAddLong(zone + ChaosLayout.CORRUPTED, 1);
    System.out.println("corrupted: " + what);
  }

  long corrupted() {
    return Memory.getLongVolatile(zone + ChaosLayout.CORRUPTED);
  }

  /** How many packets were found recovered so far. */
  long recovered() {
    return Memory.getLongVolatile(zone + ChaosLayout.RECOVERED);
  }

  /** The number that an mbuf has carried last, 0 for none. */
  static long numberOf(long mbuf) {
    return Memory.getLong(place(mbuf));
  }

  /** Visits the numbers of all packets that are sent and neither delivered nor recovered. */
  void forEachSent(LongConsumer visitor) {
    for (int i = 0; i < ChaosLayout.STATES; i++) {
      long word = Memory.getLongVolatile(zone + ChaosLayout.FIRST_STATE + i * 8L);
      if ((word & STATE_MASK) == SENT) {
        visitor.accept(word >>> STATE_BITS);
      }
    }
  }
}
