package io.sluice.bench.rows;

import io.sluice.cli.processes.Child;
import io.sluice.cli.processes.ParentWatch;
import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.ring.MessageRing;
import io.sluice.ring.Ring;
import io.sluice.secondary.Secondary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The other process of a row of two: a secondary on a CPU of its own, which goes on until it is
 * asked to end.
 */
public final class OtherProcess {
  /** Begins its last line, with how often it has collected garbage. */
  static final String COLLECTIONS = "other: collections ";

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Secondary secondary;

  private OtherProcess(Secondary secondary) {
    this.secondary = secondary;
  }

  /** Starts one beside this primary, its lcore the CPU, and waits until it is at work. */
  static Child start(SharedMemory memory, int cpu, String... work) {
    Child other = launch(memory, cpu, cpu, work);
    awaitWork(other);
    return other;
  }

  /** Starts one, of which several may be on one CPU. */
  static Child launch(SharedMemory memory, int lcore, int cpu, String... work) {
    List<String> arguments = new ArrayList<>(List.of("--proc-type", "secondary"));
    arguments.addAll(List.of("--file-prefix", memory.options().filePrefix()));
    arguments.addAll(List.of("--lcores", lcore + "@" + cpu, "--"));
    arguments.addAll(List.of(work));
    return new Child("other process", List.of(), OtherProcess.class, arguments);
  }

  /** Waits until one that was started is at work. */
  static void awaitWork(Child other) {
    other.awaitLine("other: ready", LIMIT, () -> false);
  }

  /**
   * What that process runs: {@code produce RING BULK}, {@code answer RING RING}, {@code echo RING
   * RING}, {@code work RING RING}, or one of a {@link Crowd}: {@code enqueue}, {@code dequeue} or
   * {@code pool}, and its number.
   */
  public static void main(String[] args) {
    ParentWatch.start();
    EalOptions options = EalOptions.parse(args);
    List<String> work = options.remaining();
    try (Secondary secondary = Secondary.attach(options)) {
      Runnable run = work(secondary, work);
      secondary
          .lcores()
          .runOnMain(
              () -> {
                System.out.println("other: ready");
                run.run();
                return 0;
              });
      System.out.println(COLLECTIONS + Soak.collections());
    }
  }

  private static Runnable work(Secondary secondary, List<String> words) {
    SharedMemory memory = secondary.memory();
    OtherProcess other = new OtherProcess(secondary);
    switch (words.get(0)) {
      case "produce" -> {
        Ring ring = Ring.lookup(memory, words.get(1));
        return () -> other.produce(ring, Integer.parseInt(words.get(2)));
      }
      case "answer" -> {
        Ring in = Ring.lookup(memory, words.get(1));
        Ring out = Ring.lookup(memory, words.get(2));
        return () -> other.answer(in, out);
      }
      case "echo" -> {
        MessageRing in = MessageRing.lookup(memory, words.get(1));
        MessageRing out = MessageRing.lookup(memory, words.get(2));
        return () -> other.echo(in, out);
      }
      case "work" -> {
        Ring in = Ring.lookup(memory, words.get(1));
        Ring out = Ring.lookup(memory, words.get(2));
        return () -> other.work(in, out);
      }
      case "enqueue", "dequeue" -> {
        Crowd.Turn turn = SharedRing.turn(memory, words.get(0));
        return () -> Crowd.work(secondary, turn, Integer.parseInt(words.get(1)));
      }
      case "pool" -> {
        Crowd.Turn turn = SharedPool.turn(memory);
        return () -> Crowd.work(secondary, turn, Integer.parseInt(words.get(1)));
      }
      default -> throw new IllegalArgumentException("work " + words);
    }
  }

  private void produce(Ring ring, int bulk) {
    long[] objs = new long[bulk];
    while (true) {
      while (ring.enqueueBulk(objs, 0, bulk) == 0) {
        if (secondary.isStopRequested()) {
          return;
        }
        Thread.onSpinWait();
      }
    }
  }

  private void answer(Ring in, Ring out) {
    while (true) {
      long obj = in.dequeue();
      while (obj == 0) {
        if (secondary.isStopRequested()) {
          return;
        }
        Thread.onSpinWait();
        obj = in.dequeue();
      }
      out.enqueue(obj);
    }
  }

  private void echo(MessageRing in, MessageRing out) {
    while (true) {
      long message = in.peek();
      while (message == 0) {
        if (secondary.isStopRequested()) {
          return;
        }
        Thread.onSpinWait();
        message = in.peek();
      }
      Memory.putLong(out.claim(), Memory.getLong(message));
      out.publish();
      in.release();
    }
  }

  private void work(Ring in, Ring out) {
    long[] packets = new long[Ports.BURST];
    while (!secondary.isStopRequested()) {
      int n = in.dequeueBurst(packets, 0, Ports.BURST);
      if (n == 0) {
        Thread.onSpinWait();
        continue;
      }
      for (int i = 0; i < n; i++) {
        MacAddresses.swap(Mbuf.mtod(packets[i]));
      }
      while (out.enqueueBulk(packets, 0, n) == 0) {
        if (secondary.isStopRequested()) {
          return;
        }
        Thread.onSpinWait();
      }
    }
  }
}
