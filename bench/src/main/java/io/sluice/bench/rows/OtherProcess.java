package io.sluice.bench.rows;

import io.sluice.cli.processes.Child;
import io.sluice.cli.processes.ParentWatch;
import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
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
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Secondary secondary;

  private OtherProcess(Secondary secondary) {
    this.secondary = secondary;
  }

  /** Starts one beside this primary and waits until it is at work. */
  static Child start(SharedMemory memory, int cpu, String... work) {
    List<String> arguments = new ArrayList<>(List.of("--proc-type", "secondary"));
    arguments.addAll(List.of("--file-prefix", memory.options().filePrefix()));
    arguments.addAll(List.of("-l", Integer.toString(cpu), "--"));
    arguments.addAll(List.of(work));
    Child other = new Child("other process", List.of(), OtherProcess.class, arguments);
    other.awaitLine("other: ready", LIMIT, () -> false);
    return other;
  }

  /** What that process runs: {@code produce RING BULK} or {@code answer RING RING}. */
  public static void main(String[] args) {
    ParentWatch.start();
    EalOptions options = EalOptions.parse(args);
    List<String> work = options.remaining();
    try (Secondary secondary = Secondary.attach(options)) {
      OtherProcess other = new OtherProcess(secondary);
      Ring ring = Ring.lookup(secondary.memory(), work.get(1));
      secondary
          .lcores()
          .runOnMain(
              () -> {
                System.out.println("other: ready");
                if (work.get(0).equals("produce")) {
                  other.produce(ring, Integer.parseInt(work.get(2)));
                } else {
                  other.answer(ring, Ring.lookup(secondary.memory(), work.get(2)));
                }
                return 0;
              });
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
    long[] obj = new long[1];
    while (true) {
      while (in.dequeueBulk(obj, 0, 1) == 0) {
        if (secondary.isStopRequested()) {
          return;
        }
        Thread.onSpinWait();
      }
      out.enqueueBulk(obj, 0, 1);
    }
  }
}
