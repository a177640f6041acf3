package io.sluice.ring;

import io.sluice.config.Locks;
import io.sluice.memzone.Construction;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;

/**
 * Messages of one size from one thread to another, in this process or another of Sluice, written
 * and read in place. For the shortest way there: who waits looks at the very cache line in which
 * the message comes, where with {@link Ring} it is an index first and the entry then. What goes in
 * bulk, to several or to processes of stock DPDK goes by {@link Ring}.
 *
 * <pre>
 *   long message = ring.claim();             long message = ring.peek();
 *   if (message != 0) {                      if (message != 0) {
 *     Memory.putLong(message, price);          price = Memory.getLong(message);
 *     ring.publish();                          ring.release();
 *   }                                        }
 * </pre>
 *
 * <p>Invariants. A slot's stamp is one more than the position of the message that it has, counted
 * from 0 and never used twice; so a slot has the message of a position or an older one. The
 * consumer's count is no greater than the position up to which stamps are set, and the producer's
 * no more than one greater than that.
 *
 * <p>Death: one store makes a message visible, the stamp, and one gives its slot back, so there is
 * nothing to recover from and nobody to wait for. A producer that dies has sent a message or has
 * not, and another goes on behind it. A consumer that dies between {@link #peek} and {@link
 * #release} has not received: the next one gets that message again.
 *
 * <p>Threads: one producer and one consumer at a time, each with a handle of its own; others may
 * follow, in any process, once that one sends or receives no more.
 *
 * <p>Memory order: the stamp is a release, behind the message, and is read with acquire; so is the
 * consumer's count.
 */
public final class MessageRing {
  private static final String KIND = "message ring";
  private static final String ZONE_PREFIX = "SLUICE_mr_";

  /** Of a power of two that an int can be. */
  private static final int MAX_SLOTS = 1 << 30;

  private static final int MAX_MESSAGE = (1 << 30) - MessageRingLayout.MESSAGE;

  private static final long NOTHING = -1;

  private final String name;
  private final long address;
  private final long slots;
  private final long mask;
  private final int shift;
  private final int messageSize;

  /** What the producer's count was when this handle last sent; another's since have to be seen. */
  private long sentLeft = NOTHING;

  /** The position that was claimed and is to be published. */
  private long claimed = NOTHING;

  /** The position that was peeked at and is to be released. */
  private long peeked = NOTHING;

  /** The consumer's count when it was last looked at: it is fetched from the consumer. */
  private long receivedSeen;

  private MessageRing(String name, long address) {
    this.name = name;
    this.address = address;
    this.slots = address + MessageRingLayout.SIZEOF;
    this.mask = Memory.getInt(address + MessageRingLayout.SLOTS) - 1L;
    this.shift = Memory.getInt(address + MessageRingLayout.SLOT_SHIFT);
    this.messageSize = Memory.getInt(address + MessageRingLayout.MESSAGE_SIZE);
  }

  /**
   * Makes one.
   *
   * @param slots how many messages it holds, a power of two
   * @param messageSize bytes of a message; with 8 for its stamp it takes the next power of two, so
   *     that one of up to 56 lies in one cache line
   * @param socket NUMA node, or {@link MemZone#SOCKET_ID_ANY}
   * @throws SluiceException EINVAL for sizes that cannot be, EEXIST if there is one of that name,
   *     ENAMETOOLONG for more than 21 characters, ENOMEM
   */
  public static MessageRing create(
      SharedMemory m, String name, int slots, int messageSize, int socket) {
    check(name, slots, messageSize);
    int shift =
        Integer.SIZE - Integer.numberOfLeadingZeros(messageSize + MessageRingLayout.MESSAGE - 1);
    long bytes = MessageRingLayout.SIZEOF + ((long) slots << shift);
    try (Construction parts = new Construction(m)) {
      long address = RingPart.reserve(parts, KIND, ZONE_PREFIX, name, bytes, socket).address();
      Memory.putInt(address + MessageRingLayout.SLOTS, slots);
      Memory.putInt(address + MessageRingLayout.MESSAGE_SIZE, messageSize);
      Memory.putInt(address + MessageRingLayout.SLOT_SHIFT, shift);
      m.locks()
          .change(
              Locks.MLOCK,
              log -> {
                log.putInt(address + MessageRingLayout.READY, 1);
                parts.commit(log);
                return null;
              });
      return new MessageRing(name, address);
    }
  }

  private static void check(String name, int slots, int messageSize) {
    RingCreation.checkName(KIND, name, MemZone.NAMESIZE - ZONE_PREFIX.length() - 1);
    if (slots <= 0 || Integer.bitCount(slots) != 1) {
      throw invalid(name, "slots=" + slots + " is no power of two from 1 to " + MAX_SLOTS);
    }
    if (messageSize <= 0 || messageSize > MAX_MESSAGE) {
      throw invalid(name, "messages of " + messageSize + " bytes; give 1 to " + MAX_MESSAGE);
    }
  }

  private static SluiceException invalid(String name, String what) {
    return new SluiceException(Errno.EINVAL, KIND + " '" + name + "': " + what);
  }

  /** A handle on the one of that name, or null. */
  public static MessageRing lookup(SharedMemory m, String name) {
    // Under the lock, as the maker may die with it, and what it stored is taken back.
    return m.locks()
        .change(
            Locks.MLOCK,
            log -> {
              MemZone zone = MemZone.lookup(m, ZONE_PREFIX + name);
              boolean ready =
                  zone != null && Memory.getInt(zone.address() + MessageRingLayout.READY) == 1;
              return ready ? new MessageRing(name, zone.address()) : null;
            });
  }

  /**
   * Gives its memory back; nobody may use it any more.
   *
   * @throws SluiceException EINVAL if it was freed already
   */
  public void free(SharedMemory m) {
    MemZone zone = MemZone.lookup(m, ZONE_PREFIX + name);
    if (zone == null || zone.address() != address) {
      throw invalid(name, "was freed already");
    }
    MemZone.free(m, zone);
  }

  /** How many messages it holds. */
  public int capacity() {
    return (int) (mask + 1);
  }

  /** Bytes of a message. */
  public int messageSize() {
    return messageSize;
  }

  /**
   * How many have been sent and not received; any process may ask, and it may be another by now.
   */
  public int count() {
    long received = Memory.getLongAcquire(address + MessageRingLayout.RECEIVED);
    long sent = Memory.getLongAcquire(address + MessageRingLayout.SENT);
    // The last one may be counted and not there as yet, or never.
    boolean whole = sent == 0 || stamp(slot(sent - 1)) >= sent;
    return (int) Math.min((whole ? sent : sent - 1) - received, mask + 1);
  }

  private long slot(long position) {
    return slots + ((position & mask) << shift);
  }

  /**
   * The address of the next message to send, of {@link #messageSize} bytes, on a multiple of 8; 0
   * while it is full. Whatever was written there is sent by {@link #publish}, or never.
   */
  public long claim() {
    claimed = NOTHING;
    long position = Memory.getLong(address + MessageRingLayout.SENT);
    if (position != sentLeft) {
      position = settle(position);
    }
    if (position - receivedSeen > mask) {
      receivedSeen = Memory.getLongAcquire(address + MessageRingLayout.RECEIVED);
      if (position - receivedSeen > mask) {
        return 0;
      }
    }
    claimed = position;
    return slot(position) + MessageRingLayout.MESSAGE;
  }

  /** A producer may have died between counting its message and its stamp. */
  private long settle(long counted) {
    boolean stamped = counted == 0 || stamp(slot(counted - 1)) == counted;
    sentLeft = stamped ? counted : counted - 1;
    Memory.putLong(address + MessageRingLayout.SENT, sentLeft);
    return sentLeft;
  }

  private static long stamp(long slot) {
    return Memory.getLongAcquire(slot + MessageRingLayout.STAMP);
  }

  /**
   * Sends the message that was claimed. It is counted first: a producer that follows sees by the
   * count that another has sent since, and by the stamp whether it has.
   *
   * @throws IllegalStateException if none was claimed
   */
  public void publish() {
    long position = claimed;
    if (position == NOTHING) {
      throw new IllegalStateException(KIND + " '" + name + "': nothing was claimed");
    }
    claimed = NOTHING;
    sentLeft = position + 1;
    Memory.putLong(address + MessageRingLayout.SENT, position + 1);
    Memory.putLongRelease(slot(position) + MessageRingLayout.STAMP, position + 1);
  }

  /** The address of the oldest message, which is to be {@link #release released}; 0 if none is. */
  public long peek() {
    long position = Memory.getLong(address + MessageRingLayout.RECEIVED);
    long slot = slot(position);
    if (stamp(slot) != position + 1) {
      peeked = NOTHING;
      return 0;
    }
    peeked = position;
    return slot + MessageRingLayout.MESSAGE;
  }

  /**
   * The message that was peeked at is received, and its place the producer's.
   *
   * @throws IllegalStateException if none was, or another has received it meanwhile
   */
  public void release() {
    long position = Memory.getLong(address + MessageRingLayout.RECEIVED);
    if (position != peeked) {
      throw new IllegalStateException(KIND + " '" + name + "': nothing was peeked at");
    }
    peeked = NOTHING;
    Memory.putLongRelease(address + MessageRingLayout.RECEIVED, position + 1);
  }
}
