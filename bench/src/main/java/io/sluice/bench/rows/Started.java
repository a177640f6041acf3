package io.sluice.bench.rows;

import io.sluice.cli.processes.Child;
import io.sluice.cli.processes.ParentWatch;
import io.sluice.config.EalOptions;
import io.sluice.config.ProcType;
import io.sluice.primary.Primary;
import io.sluice.secondary.Secondary;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;

/** A primary or secondary that says when it is ready, and ends. */
public final class Started {
  private static final int TIMES = 3;
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String READY = "ready ";

  private Started() {}

  /** Starts one after the other and prints the nanoseconds from exec until one is ready. */
  static void time(String point, List<String> options) {
    double[] taken = new double[TIMES];
    for (int i = 0; i < TIMES; i++) {
      Instant begin = Instant.now();
      try (Child child = new Child("started process", List.of(), Started.class, options)) {
        child.awaitLine(READY, LIMIT, () -> false);
        Instant ready = Instant.parse(child.last(READY).substring(READY.length()));
        taken[i] = begin.until(ready, ChronoUnit.NANOS);
        child.awaitEnd();
      }
    }
    Arrays.sort(taken);
    Windows.point(point, taken[TIMES / 2]);
  }

  /** What that process runs; its arguments are EAL options. */
  public static void main(String[] args) {
    ParentWatch.start();
    EalOptions options = EalOptions.parse(args);
    if (options.procType() == ProcType.SECONDARY) {
      Secondary secondary = Secondary.attach(options);
      sayReady();
      secondary.close();
    } else {
      Primary primary = Primary.start(options);
      sayReady();
      primary.close();
    }
  }

  private static void sayReady() {
    System.out.println(READY + Instant.now());
  }
}
