package io.sluice.ring;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.platform.StoreFaults;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A process that does one thing with the ring {@link #RING} for each line it reads, {@code
 * OPERATION NTH FIRST COUNT}: with entries FIRST and on, COUNT of them, and dies ahead of the NTH
 * store. Prints what it got and how many stores there were. Its arguments are the file prefix and
 * primary or secondary.
 */
final class RingVictim {
  static final String RING = "shared";
  static final int SLOTS = 16;

  /** A ring that is made and freed here. */
  static final String MADE = "made";

  private RingVictim() {}

  public static void main(String[] arguments) throws IOException {
    EalOptions options =
        EalOptions.parse(
            "--file-prefix", arguments[0], "--proc-type", arguments[1], "--no-huge", "-m", "4");
    boolean primary = arguments[1].equals("primary");
    try (SharedMemory memory =
        primary ? SharedMemory.create(options) : SharedMemory.attach(options)) {
      Ring ring = primary ? Ring.create(memory, RING, SLOTS, -1, 0) : Ring.lookup(memory, RING);
      // Its slot in the journal is taken by the first claim, which is not what dies here.
      memory.journal().slot();
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      System.out.println("ready");
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        serve(memory, ring, line.split(" "));
      }
    }
  }

  private static void serve(SharedMemory memory, Ring ring, String[] words) {
    long[] entries = new long[Integer.parseInt(words[3])];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = Long.parseLong(words[2]) + i;
    }
    long nth = Long.parseLong(words[1]);
    if (words[0].equals("reap")) {
      StoreFaults.arm(nth, "sluice-reaper");
      System.out.println("reaping");
      return;
    }
    if (words[0].equals("awaitAllAlive")) {
      while (!memory.processTable().allAlive()) {
        Thread.onSpinWait();
      }
      System.out.println("all alive");
      return;
    }
    StoreFaults.arm(nth);
    int done = words[0].startsWith("ring") ? make(memory, words[0]) : run(ring, words[0], entries);
    long stores = StoreFaults.disarm();
    System.out.println(
        "done " + done + " stores " + stores + " " + Arrays.toString(Arrays.copyOf(entries, done)));
  }

  private static int make(SharedMemory memory, String operation) {
    switch (operation) {
      case "ringCreate" -> Ring.create(memory, MADE, 4, -1, 0);
      case "ringFree" -> Ring.lookup(memory, MADE).free(memory);
      default -> throw new IllegalArgumentException(operation);
    }
    return 0;
  }

  private static int run(Ring ring, String operation, long[] entries) {
    int n = entries.length;
    return switch (operation) {
      case "enqueue" -> ring.enqueueBulk(entries, 0, n);
      case "dequeue" -> ring.dequeueBulk(entries, 0, n);
      case "oneEnqueue" -> ring.enqueue(entries[0]) ? 1 : 0;
      case "oneDequeue" -> {
        entries[0] = ring.dequeue();
        yield entries[0] == 0 ? 0 : 1;
      }
      case "memoryEnqueue" -> {
        long table = Memory.allocate((long) n << 3);
        Memory.copyFromLongs(entries, 0, table, n);
        yield ring.enqueueBulkFrom(table, n);
      }
      case "memoryDequeue" -> {
        long table = Memory.allocate((long) n << 3);
        int done = ring.dequeueBulkTo(table, n);
        Memory.copyToLongs(table, entries, 0, done);
        yield done;
      }
      case "drain" -> ring.dequeueBurst(entries, 0, n);
      case "openEnqueue" -> ring.enqueueBulkStart(n);
      case "peekEnqueue" -> {
        int claimed = ring.enqueueBulkStart(n);
        ring.enqueueFinish(entries, 0, claimed);
        yield claimed;
      }
      case "peekDequeue" -> {
        int claimed = ring.dequeueBulkStart(entries, 0, n);
        ring.dequeueFinish(claimed);
        yield claimed;
      }
      case "placeEnqueue" -> {
        RingZcData place = new RingZcData();
        int claimed = ring.enqueueZcBulkStart(n, place);
        for (int i = 0; i < claimed; i++) {
          Memory.putLong(place.entry(i), entries[i]);
        }
        ring.enqueueZcFinish(claimed);
        yield claimed;
      }
      default -> throw new IllegalArgumentException(operation);
    };
  }
}
