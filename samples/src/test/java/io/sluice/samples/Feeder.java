package io.sluice.samples;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.memzone.SharedMemory;
import io.sluice.nic.EthDevs;
import io.sluice.platform.Memory;
import io.sluice.ring.HeadTailLayout;
import io.sluice.ring.Ring;
import io.sluice.ring.RingLayout;
import io.sluice.testing.Await;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;
import java.util.StringJoiner;
import java.util.function.LongSupplier;

/**
 * A secondary beside a sample that does what a line of its input says, and answers with a line:
 * puts numbered frames of the sample's pool on rings, and takes them off again. Each frame's bytes
 * follow from its number, and are compared when it is taken off.
 *
 * <p>The rings of net_ring have one producer and one consumer. So it feeds an empty ring, once,
 * when nothing circulates there that the owner could send, and takes from a ring whose owner has
 * ended.
 */
final class Feeder {
  private final SharedMemory memory;
  private final EthDevs ports;
  private final Mempool pool;
  private final Map<String, Ring> rings = new HashMap<>();

  private Feeder(SharedMemory memory, String pool) {
    this.memory = memory;
    this.ports = EthDevs.of(memory);
    this.pool = Mempool.lookup(memory, pool);
  }

  /** Attaches to the file prefix of the first argument, with the pool of the second. */
  public static void main(String[] args) {
    EalOptions options =
        EalOptions.parse("--proc-type=secondary", "--no-pci", "--file-prefix", args[0]);
    try (SharedMemory memory = SharedMemory.attach(options)) {
      Feeder feeder = new Feeder(memory, args[1]);
      System.out.println("ready");
      Scanner input = new Scanner(System.in);
      while (input.hasNextLine()) {
        System.out.println(feeder.answer(input.nextLine().split(" ")));
      }
    }
  }

  private String answer(String... words) {
    String name = words.length > 1 ? words[1] : null;
    int[] numbers = Arrays.stream(words).skip(2).mapToInt(Integer::parseInt).toArray();
    return switch (words[0]) {
      case "feed" -> feed(ring(name), numbers[0], numbers[1]);
      case "take" -> take(ring(name));
      case "claim" -> claim(name, numbers[0]);
      case "pass" -> pass(ring(name), numbers[0]);
      case "taken" -> await(() -> taken(ring(name)), numbers[0]);
      case "sent" -> await(() -> ports.byName(name).stats().opackets(), numbers[0]);
      case "in-use" -> "in use " + pool.inUseCount();
      default -> throw new IllegalArgumentException(words[0]);
    };
  }

  /** A ring that stays known when the primary has ended, and with it the list of names. */
  private Ring ring(String name) {
    return rings.computeIfAbsent(name, unknown -> Ring.lookup(memory, unknown));
  }

  /** Waits until so many more were taken off a ring. */
  private static String pass(Ring ring, int count) {
    int before = taken(ring);
    return await(() -> taken(ring) - before, count);
  }

  private static int taken(Ring ring) {
    return Memory.getIntVolatile(ring.address() + RingLayout.CONS + HeadTailLayout.TAIL);
  }

  private static String await(LongSupplier counter, int count) {
    Await.until("a count of " + count, SampleProcesses.LIMIT, () -> counter.getAsLong() >= count);
    return "reached " + count;
  }

  private String claim(String port, int queue) {
    ports.byName(port).claimRxQueue(queue);
    ports.byName(port).claimTxQueue(queue);
    return "claimed";
  }

  /** All with one enqueue, so that the owner finds either none or all. */
  private String feed(Ring ring, int first, int count) {
    long[] mbufs = new long[count];
    if (Mbuf.allocBulk(pool, mbufs, 0, count) != count) {
      return "no mbufs";
    }
    for (int i = 0; i < count; i++) {
      byte[] frame = Frames.numbered(first + i);
      Memory.copyFromBytes(frame, 0, Mbuf.append(mbufs[i], frame.length), frame.length);
    }
    return "fed " + ring.enqueueBulk(mbufs, 0, count);
  }

  private static String take(Ring ring) {
    StringJoiner numbers = new StringJoiner(" ", "took ", "");
    for (long mbuf = ring.dequeue(); mbuf != 0; mbuf = ring.dequeue()) {
      byte[] frame = new byte[Mbuf.pktLen(mbuf)];
      Memory.copyToBytes(Mbuf.mtod(mbuf), frame, 0, frame.length);
      int number = Frames.numberOf(frame);
      numbers.add(
          Arrays.equals(frame, Frames.numbered(number)) ? "" + number : "damaged:" + number);
      Mbuf.free(mbuf);
    }
    return numbers.toString();
  }
}
