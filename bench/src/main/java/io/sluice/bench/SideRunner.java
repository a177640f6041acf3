package io.sluice.bench;

import io.sluice.bench.peers.PeerProgram;
import io.sluice.bench.rows.RowProgram;
import io.sluice.bench.rows.Soak;
import io.sluice.bench.rows.StartTimes;
import io.sluice.bench.rows.TrafficSource;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.Leftovers;
import io.sluice.cli.processes.Child;
import io.sluice.primary.StopRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;

/** Runs one side's program once, in a process of its own, and reads the points that it prints. */
final class SideRunner {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration END_LIMIT = Duration.ofSeconds(10);
  private static final long POLL_NANOS = 20_000_000;
  private static final String POINT = "point ";
  private static final String MEGABYTES = "128";

  /** The least, for attach times by memory. */
  private static final String START_MEGABYTES = "64";

  private final Path program;
  private final boolean hasTestPmd;
  private final List<String> pages;
  private final Cpus cpus;
  private final String windowMillis;
  private final StopRequest stop;
  private final String prefix = "bench-" + ProcessHandle.current().pid();

  /** On tmpfs, as the rings are in memory. */
  private final Path folder = Path.of("/dev/shm", prefix + "-peer");

  /**
   * Nothing runs yet.
   *
   * @param program of the C side, or null
   * @param pages EAL options that say where hugepages are
   */
  SideRunner(Path program, List<String> pages, Cpus cpus, int windowMillis, StopRequest stop) {
    this.program = program;
    this.hasTestPmd = program != null && CPrograms.isThere(TestPmd.PROGRAM);
    this.pages = pages;
    this.cpus = cpus;
    this.windowMillis = Integer.toString(windowMillis);
    this.stop = stop;
  }

  boolean canRun(Side side) {
    if (side.isOverWire() && !(cpus.areTwo() && Wire.canBe())) {
      return false;
    }
    return switch (side.kind()) {
      case JAVA -> true;
      case PEER -> cpus.areTwo();
      case C -> program != null;
      case TESTPMD -> hasTestPmd && cpus.areTwo();
    };
  }

  /** By point. */
  Map<String, Measured> run(Side side) {
    try {
      return side.isOverWire() ? overWire(side) : run(side, List.of());
    } finally {
      cleanUp();
    }
  }

  private void cleanUp() {
    awaitNobody();
    // What DPDK leaves, or one of ours that was interrupted.
    Leftovers.delete(prefix);
    Leftovers.delete(prefix + StartTimes.SUFFIX);
    Leftovers.delete(prefix + TrafficSource.SUFFIX);
    deleteFolder();
  }

  /** Runs Sluice's side for minutes and gives its last line that begins so. */
  String soak(int minutes, Path histogram) {
    String file = histogram == null ? "" : histogram.toAbsolutePath().toString();
    Side side = Side.java("soak", "ON", Integer.toString(minutes), file);
    try (Child child = start(side, List.of())) {
      child.awaitEnd(LIMIT.plusMinutes(minutes), stop::isRequested);
      if (child.exitCode() != 0) {
        throw new CommandFailure("soak failed:\n" + child.tail());
      }
      return child.last(Soak.LINE);
    } finally {
      cleanUp();
    }
  }

  private Map<String, Measured> overWire(Side side) {
    String length = side.work().get(side.work().indexOf(Side.AF_PACKET) + 1);
    try (Wire wire = new Wire(prefix, cpus.other(), length, stop)) {
      return run(side, wire.launcher());
    }
  }

  private Map<String, Measured> run(Side side, List<String> launcher) {
    try (Child child = start(side, launcher)) {
      return side.kind() == Side.Kind.TESTPMD
          ? TestPmd.measure(child, side.work().get(1), stop)
          : points(child, side);
    }
  }

  /** The other process of one that was interrupted sees a moment later that it is alone. */
  private void awaitNobody() {
    long deadline = System.nanoTime() + END_LIMIT.toNanos();
    while ((Leftovers.isInUse(prefix) || isFolderInUse()) && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private boolean isFolderInUse() {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return Files.exists(folder) && all.anyMatch(this::isGivenFolder);
    }
  }

  private boolean isGivenFolder(ProcessHandle process) {
    try {
      Path commandLine = Path.of("/proc/" + process.pid() + "/cmdline");
      return Files.readString(commandLine).contains(folder.toString());
    } catch (IOException e) {
      // It has ended meanwhile.
      return false;
    }
  }

  /** The peers' files. */
  private void deleteFolder() {
    try (Stream<Path> files = Files.exists(folder) ? Files.walk(folder) : Stream.empty()) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Measured> points(Child child, Side side) {
    if (!side.isBetweenCpus() || !cpus.areTwo()) {
      return points(child, side, point -> Double.NaN);
    }
    try (CpuDistances distances = new CpuDistances(cpus, () -> printed(child).size())) {
      return points(child, side, distances::at);
    }
  }

  /** Waits for the end of the program, and for each point asks how far the CPUs were apart. */
  private Map<String, Measured> points(Child child, Side side, IntToDoubleFunction cpusApart) {
    child.awaitEnd(LIMIT, stop::isRequested);
    Map<String, Measured> points = new LinkedHashMap<>();
    for (String line : printed(child)) {
      String[] words = line.split(" ");
      points.put(words[1], Measured.of(words, 2, cpusApart.applyAsDouble(points.size())));
    }
    if (child.exitCode() != 0 || points.isEmpty()) {
      throw new CommandFailure(
          side.kind() + " " + String.join(" ", side.work()) + " failed:\n" + child.tail());
    }
    return points;
  }

  private static List<String> printed(Child child) {
    return child.lines().stream().filter(line -> line.startsWith(POINT)).toList();
  }

  private Child start(Side side, List<String> launcher) {
    String cpu = Integer.toString(cpus.measured());
    List<String> rest = new ArrayList<>(List.of(windowMillis, Integer.toString(cpus.other())));
    rest.addAll(side.work());
    switch (side.kind()) {
      case JAVA -> {
        List<String> words = eal(side, "-l", cpu, "--");
        words.addAll(rest);
        return new Child("Java side", launcher, RowProgram.class, words);
      }
      case C -> {
        List<String> words = eal(side, "-l", cpu, "--no-telemetry", "--");
        words.addAll(rest);
        words.add(0, program.toString());
        return new Child("C side", words);
      }
      case PEER -> {
        List<String> words = new ArrayList<>(List.of(windowMillis, cpu, "" + cpus.other()));
        words.addAll(side.work());
        words.add(folder.toString());
        return new Child("peer", List.of(), PeerProgram.FLAGS, PeerProgram.class, words);
      }
      default -> {
        // Its main thread, which forwards nothing, on the other CPU.
        List<String> words =
            eal(
                side,
                "-l",
                cpus.other() + "," + cpu,
                "--main-lcore",
                "" + cpus.other(),
                "--no-telemetry");
        List<String> command = new ArrayList<>(launcher);
        command.addAll(TestPmd.command(words, side.work().get(0), side.work().get(1)));
        return new Child("testpmd", command);
      }
    }
  }

  private List<String> eal(Side side, String... more) {
    List<String> words = new ArrayList<>(List.of("--no-pci", "-m"));
    words.add(side.isOfStarts() ? START_MEGABYTES : MEGABYTES);
    words.addAll(List.of("--file-prefix", prefix));
    words.addAll(pages);
    words.addAll(List.of(more));
    return words;
  }
}
