package io.sluice.bench.peers;

import io.sluice.bench.rows.RoundTrips;
import io.sluice.bench.rows.Windows;
import io.sluice.cli.processes.Child;
import io.sluice.cli.processes.ParentWatch;
import io.sluice.config.EalOptions;
import io.sluice.platform.Lcores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A row's program of another library: {@code WINDOW_MS CPU OTHER_CPU LIBRARY (messages |
 * round-trip) FOLDER}. The other end is in another process, which is called with {@code other} in
 * front, or in another thread.
 */
public final class PeerProgram {
  /** What the libraries need of the JVM beside Sluice's flags, and what makes them fastest. */
  public static final List<String> FLAGS =
      List.of(
          "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
          "--add-exports=java.base/jdk.internal.util=ALL-UNNAMED",
          "-Dagrona.disable.bounds.checks=true",
          "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");

  private static final String OTHER = "other";
  private static final int BULK = 32;
  private static final int MEASURED = 0;
  private static final int OPPOSITE = 1;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Lcores lcores;
  private final Library library;
  private final boolean isRoundTrip;
  private final Path folder;
  private final Channel to;
  private final Channel back;

  private PeerProgram(Lcores lcores, String library, String kind, Path folder, boolean first) {
    this.lcores = lcores;
    this.library = Library.valueOf(library);
    this.isRoundTrip = kind.equals("round-trip");
    this.folder = folder;
    // Messages go from the other end to this one, in a round trip this one begins.
    this.to = isRoundTrip ? this.library.open(folder, "ping", first) : null;
    this.back = this.library.open(folder, "pong", first);
  }

  /** See the class. */
  public static void main(String[] args) throws IOException {
    ParentWatch.start();
    if (args[0].equals(OTHER)) {
      Lcores lcores = lcores(args[1], args[1]);
      PeerProgram other = new PeerProgram(lcores, args[2], args[3], Path.of(args[4]), false);
      System.out.println("other: ready");
      lcores.runOnMain(() -> other.oppose());
      return;
    }
    Path folder = Files.createDirectories(Path.of(args[5]));
    Lcores lcores = lcores(args[1], args[2]);
    Windows windows = new Windows(lcores, TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[0])));
    PeerProgram program = new PeerProgram(lcores, args[3], args[4], folder, true);
    if (program.library.crossesProcesses()) {
      try (Child other = program.startOther(args)) {
        program.measure(windows);
        other.stop();
      }
    } else {
      program.lcores.remoteLaunch(OPPOSITE, () -> program.oppose());
      program.measure(windows);
    }
    // Threads of the libraries go on, and the other end's.
    System.exit(0);
  }

  private static Lcores lcores(String cpu, String otherCpu) {
    return new Lcores(
        EalOptions.parse("--lcores", MEASURED + "@" + cpu + "," + OPPOSITE + "@" + otherCpu)
            .lcores(),
        MEASURED);
  }

  private Child startOther(String[] args) {
    Child other =
        new Child(
            "other end",
            List.of(),
            FLAGS,
            PeerProgram.class,
            List.of(OTHER, args[2], args[3], args[4], folder.toString()));
    other.awaitLine("other: ready", LIMIT, () -> false);
    return other;
  }

  private void measure(Windows windows) {
    if (isRoundTrip) {
      RoundTrips.measure(windows, this::roundTrip);
    } else {
      windows.measure(Integer.toString(BULK), this::receive);
    }
  }

  private long receive(int turns) {
    long wanted = (long) turns * BULK;
    for (long received = 0; received < wanted; ) {
      int got = back.receive(BULK);
      received += got;
      if (got == 0) {
        Thread.onSpinWait();
      }
    }
    return wanted;
  }

  private void roundTrip() {
    while (to.send(1) == 0) {
      Thread.onSpinWait();
    }
    while (back.receive(1) == 0) {
      Thread.onSpinWait();
    }
  }

  /** Sends for ever, or answers for ever. */
  private int oppose() {
    while (true) {
      if (isRoundTrip && to.receive(1) == 0 || sendBack() == 0) {
        Thread.onSpinWait();
      }
    }
  }

  private int sendBack() {
    if (!isRoundTrip) {
      return back.send(BULK);
    }
    while (back.send(1) == 0) {
      Thread.onSpinWait();
    }
    return 1;
  }
}
