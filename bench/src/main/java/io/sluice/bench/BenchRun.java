package io.sluice.bench;

import io.sluice.bench.jmh.JmhRun;
import io.sluice.cli.Benchmarks;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.processes.CleanUp;
import io.sluice.cli.processes.Console;
import io.sluice.cli.processes.TemporaryHugepages;
import io.sluice.cli.processes.WorkFolder;
import io.sluice.platform.Libc;
import io.sluice.primary.StopRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs the contests: in each round every contest once, ours and the other side right after it, so
 * that what the machine does meanwhile meets both.
 */
public final class BenchRun implements Benchmarks {
  private static final int ROUNDS = 5;
  private static final int QUICK_ROUNDS = 2;

  /** For further rounds, until both sides of a contest have met the CPUs equally far apart. */
  private static final Duration MORE = Duration.ofMinutes(5);

  private static final Duration QUICK_MORE = Duration.ofSeconds(10);
  private static final int MORE_ROUNDS = 3;

  private static final int WINDOW_MILLIS = 40;
  private static final int QUICK_WINDOW_MILLIS = 5;
  private static final long PAGES = 64;

  /** For the largest that are started. */
  private static final long START_PAGES = 2048 + PAGES;

  /** For the service loader. */
  public BenchRun() {
    // Nothing to keep.
  }

  @Override
  public void run(Options options, Console console, StopRequest stop) {
    List<Contest> contests = Contests.matching(options.rows());
    if (contests.isEmpty()) {
      throw new CommandFailure(
          "no row has '" + options.rows() + "' in its name; there are: " + Contests.names());
    }
    Stream.of(options.json(), options.picture(), options.page())
        .filter(Objects::nonNull)
        .forEach(BenchRun::requireFolder);
    try (CleanUp undo = new CleanUp()) {
      CPrograms programs = new CPrograms(home(), console);
      Path program = programs.build();
      SideRunner runner =
          new SideRunner(
              program,
              pages(contests, undo),
              Cpus.choose(),
              options.quick() ? QUICK_WINDOW_MILLIS : WINDOW_MILLIS,
              stop);
      int rounds = options.quick() ? QUICK_ROUNDS : ROUNDS;
      List<Row> rows = measure(contests, options.rows(), runner, rounds, console);
      Machine machine = Machine.look(program == null ? null : programs.version());
      console.say(ResultTable.of(rows).strip());
      write(options, rows, machine, rounds);
      console.say(ResultTable.allocation(rows));
      console.say(ResultTable.summary(rows));
    }
  }

  @Override
  public void soak(int minutes, Path histogram, Console console, StopRequest stop) {
    if (histogram != null) {
      requireFolder(histogram);
    }
    try (CleanUp undo = new CleanUp()) {
      Cpus cpus = Cpus.choose();
      if (!cpus.areTwo()) {
        throw new CommandFailure("--soak needs two CPUs; this process may use one");
      }
      SideRunner runner = new SideRunner(null, pages(List.of(), undo), cpus, WINDOW_MILLIS, stop);
      console.progress("bench: soak of " + minutes + " min");
      String result = runner.soak(minutes, histogram);
      console.endProgress();
      console.say(result);
    }
  }

  @Override
  public void jmh(Pattern names, boolean quick) {
    JmhRun.run(names, quick);
  }

  /** Better said now than after minutes. */
  private static void requireFolder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isWritable(folder) || Files.isDirectory(file)) {
      throw new CommandFailure(
          "cannot write " + file + "; name a file in a folder that is there and writable");
    }
  }

  private static Path home() {
    String home = System.getProperty("sluice.home");
    if (home == null) {
      throw new CommandFailure("the property sluice.home is not set; run it by ./sluice bench");
    }
    return Path.of(home);
  }

  private static List<String> pages(List<Contest> contests, CleanUp undo) {
    if (Libc.geteuid() != 0) {
      return List.of("--no-huge");
    }
    boolean isOfStarts = contests.stream().anyMatch(contest -> contest.ours().isOfStarts());
    WorkFolder folder = new WorkFolder("bench-" + ProcessHandle.current().pid());
    undo.add(folder::close);
    TemporaryHugepages pages =
        new TemporaryHugepages(isOfStarts ? START_PAGES : PAGES, folder.resolve("huge"));
    undo.add(pages::close);
    return pages.options(PAGES);
  }

  private static List<Row> measure(
      List<Contest> contests, Pattern wanted, SideRunner runner, int rounds, Console console) {
    Times times = new Times();
    for (int round = 1; round <= rounds; round++) {
      for (Contest contest : contests) {
        if (round > 1 && rounds == QUICK_ROUNDS && contest.isSlow()) {
          continue;
        }
        console.progress("bench: round " + round + " of " + rounds + ", " + contest.name());
        times.measure(contest, runner);
      }
    }
    long end = System.nanoTime() + (rounds == QUICK_ROUNDS ? QUICK_MORE : MORE).toNanos();
    for (int more = 1; more <= MORE_ROUNDS; more++) {
      for (Contest contest : contests) {
        if (times.hasNoneAlike(contest) && System.nanoTime() - end < 0) {
          console.progress("bench: once more, as the CPUs have moved: " + contest.name());
          times.measure(contest, runner);
        }
      }
    }
    console.endProgress();
    List<Row> rows = new ArrayList<>();
    contests.forEach(contest -> rows.addAll(times.rows(contest)));
    rows.removeIf(row -> !wanted.matcher(row.name()).find());
    return rows;
  }

  private static void write(Options options, List<Row> rows, Machine machine, int rounds) {
    if (options.json() != null) {
      write(options.json(), JsonResult.of(rows, machine, rounds));
    }
    if (options.picture() != null) {
      write(options.picture(), RatioPicture.of(rows));
    }
    if (options.page() != null) {
      write(options.page(), ResultPage.of(rows, machine, rounds, options.picture()));
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new CommandFailure("cannot write " + file + ": " + e.getMessage());
    }
  }
}
