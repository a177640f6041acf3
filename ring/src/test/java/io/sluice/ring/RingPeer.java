package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.testing.JavaProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Scanner;
import java.util.stream.LongStream;

/** A secondary's JVM that does to a ring what it is told, one command after the other. */
final class RingPeer implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final JavaProcess process;

  RingPeer(String prefix) {
    process = JavaProcess.start(Main.class, prefix);
  }

  /** Sends {@code command ring number…} and returns the answer. */
  String ask(String command, String ring, long... numbers) {
    StringBuilder line = new StringBuilder(command).append(' ').append(ring);
    for (long number : numbers) {
      line.append(' ').append(number);
    }
    process.send(line.toString());
    return process.awaitLine("^answer (.*)$", LIMIT).group(1);
  }

  /** Has it end in order. */
  void leave() {
    process.send("leave");
    assertEquals(0, process.awaitExit(LIMIT));
  }

  @Override
  public void close() {
    process.close();
  }

  /** File prefix; commands from the input. */
  static final class Main {
    public static void main(String[] arguments) {
      try (SharedMemory memory =
              SharedMemory.attach(
                  EalOptions.parse(
                      "--proc-type", "secondary", "--file-prefix", arguments[0], "--no-huge"));
          Scanner lines = new Scanner(System.in, StandardCharsets.UTF_8)) {
        for (String line = lines.nextLine(); !line.equals("leave"); line = lines.nextLine()) {
          String[] words = line.split(" ");
          Ring ring = Ring.lookup(memory, words[1]);
          long[] numbers =
              Arrays.stream(words, 2, words.length).mapToLong(Long::parseLong).toArray();
          System.out.println("answer " + answer(words[0], ring, numbers));
        }
      }
    }

    private static String answer(String command, Ring ring, long[] numbers) {
      if (ring == null) {
        return "none";
      }
      int first = numbers.length == 0 ? 0 : (int) numbers[0];
      long[] out = new long[Math.max(first, 0)];
      RingZcData zcd = new RingZcData();
      switch (command) {
        case "enqueueBulk":
          return "" + ring.enqueueBulk(numbers, 0, numbers.length);
        case "enqueueBurst":
          return "" + ring.enqueueBurst(numbers, 0, numbers.length);
        case "dequeueBulk":
          return listed(out, ring.dequeueBulk(out, 0, first));
        case "dequeueBurst":
          return listed(out, ring.dequeueBurst(out, 0, first));
        case "peek":
          int seen = ring.dequeueBurstStart(out, 0, first);
          if (seen != 0) {
            ring.dequeueFinish((int) numbers[1]);
          }
          return listed(out, seen);
        case "enqueueStart":
          return "" + ring.enqueueBulkStart(first);
        case "enqueueFinish":
          ring.enqueueFinish(numbers, 0, numbers.length);
          return "done";
        case "readInPlace":
          int claimed = ring.dequeueZcBurstStart(first, zcd);
          for (int i = 0; i < claimed; i++) {
            out[i] = Memory.getLong(zcd.entry(i));
          }
          if (claimed != 0) {
            ring.dequeueFinish(claimed);
          }
          return listed(out, claimed);
        case "writeInPlace":
          int room = ring.enqueueZcBulkStart(numbers.length, zcd);
          for (int i = 0; i < room; i++) {
            Memory.putLong(zcd.entry(i), numbers[i]);
          }
          if (room != 0) {
            ring.enqueueZcFinish(room);
          }
          return "" + room;
        case "state":
          return state(ring);
        case "dump":
          return ring.dump().replace('\n', '|');
        case "reset":
          ring.reset();
          return "done";
        case "setHtdMax":
          return ring.setProdHtdMax(first) + " " + ring.setConsHtdMax(first);
        default:
          throw new IllegalArgumentException(command);
      }
    }
  }

  /** What any process can say of a ring without touching its entries. */
  static String state(Ring ring) {
    return String.join(
        " ",
        "0x" + Long.toHexString(ring.address()),
        ring.prodSyncType() + "/" + ring.consSyncType(),
        ring.size() + "/" + ring.capacity(),
        ring.count() + "+" + ring.freeCount(),
        (ring.isEmpty() ? "empty" : "-") + (ring.isFull() ? "full" : "-"),
        ring.prodHtdMax() + "/" + ring.consHtdMax());
  }

  static String listed(long[] numbers, int count) {
    return Arrays.toString(Arrays.copyOf(numbers, count));
  }

  /** What a dequeue of {@code count} numbers from {@code first} on answers. */
  static String run(long first, int count) {
    return listed(LongStream.range(first, first + count).toArray(), count);
  }
}
