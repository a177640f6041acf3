package io.sluice.cli.chaos;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.Leftovers;
import io.sluice.cli.processes.Child;
import io.sluice.cli.processes.CleanUp;
import io.sluice.cli.processes.Console;
import io.sluice.cli.processes.TemporaryHugepages;
import io.sluice.cli.processes.WorkFolder;
import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.CpuTopology;
import io.sluice.platform.Libc;
import io.sluice.primary.StopRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * One chaos run: starts the members, kills, stops and replaces them, and in the end has them end in
 * order and counts. It only looks at what they share. Whatever it made is gone when {@link #close}
 * returns.
 */
final class ChaosRun implements AutoCloseable {
  private static final int SIGQUIT = 3;
  private static final int SIGTERM = 15;
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final long END_NANOS = 30_000_000_000L;
  private static final long POLL_NANOS = 5_000_000;
  private static final long LINE_NANOS = 1_000_000_000L;
  private static final String MEGABYTES = "32";

  /** Of 2 MB: those, and some for what the heap needs beyond. */
  private static final long PAGES = 24;

  private final Console console;
  private final StopRequest stop;
  private final int kills;
  private final DeathPlan plan;
  private final String prefix = "chaos-" + ProcessHandle.current().pid();
  private final Verdict verdict = new Verdict();
  private final List<Member> members = new ArrayList<>();
  private final CleanUp undo = new CleanUp();
  private final WorkFolder folder = new WorkFolder(prefix);
  private FinalAudit.Holdings before;
  private SharedMemory memory;
  private Ledger ledger;
  private Watch watch;
  private Undertaker undertaker;

  ChaosRun(Console console, StopRequest stop, int kills, long seed, int primaryEvery) {
    this.console = console;
    this.stop = stop;
    this.kills = kills;
    this.plan = new DeathPlan(seed, primaryEvery);
    undo.add(folder::close);
  }

  /** Runs it all; whether as many were killed as wanted and nothing is wrong. */
  boolean run() {
    long began = System.nanoTime();
    startPrimary();
    for (Place place : Place.values()) {
      if (place != Place.PRIMARY) {
        Member member = new Member(place, secondaryOptions(place), plan.split());
        members.add(member);
        undo.add(() -> end(member));
      }
    }
    undertaker = new Undertaker(members, plan, watch, verdict, this::trouble);
    boolean whole = keepKilling() && awaitAll() && endInOrder();
    count(whole);
    console.say(summary(began));
    close();
    console.say(verdict.line(watch.worstStallMillis()));
    return verdict.isGood(kills);
  }

  private void startPrimary() {
    List<String> options =
        new ArrayList<>(
            List.of("--file-prefix", prefix, "--lcores", lcore(Place.PRIMARY), "-m", MEGABYTES));
    options.add("--no-pci");
    options.addAll(pages());
    undo.add(() -> Leftovers.delete(prefix));
    Member primary = new Member(Place.PRIMARY, options, plan.split());
    members.add(primary);
    undo.add(() -> end(primary));
    primary.start(0);
    primary.child().awaitLine("ready", START_LIMIT, stop::isRequested);
    console.say(
        "chaos: primary, generator, "
            + Stage.WORKERS
            + " workers and sink "
            + primary.child().last("ready").replace("ready ", ""));
    observe();
    before = FinalAudit.Holdings.of(memory);
    watch = new Watch(Stage.lookup(memory));
  }

  private List<String> pages() {
    if (Libc.geteuid() != 0) {
      return List.of("--no-huge");
    }
    TemporaryHugepages pages = new TemporaryHugepages(PAGES, folder.resolve("huge"));
    undo.add(pages::close);
    return pages.options(PAGES);
  }

  /** Looks at the memory anew, as it is now. */
  private void observe() {
    closeMemory();
    memory =
        SharedMemory.observe(EalOptions.parse("--file-prefix", prefix, "--proc-type=secondary"));
    ledger = Stage.lookup(memory).ledger();
  }

  private void closeMemory() {
    if (memory != null) {
      memory.close();
      memory = null;
    }
  }

  private List<String> secondaryOptions(Place place) {
    return List.of("--file-prefix", prefix, "--proc-type", "secondary", "--lcores", lcore(place));
  }

  /** An lcore of its own for each member, on any CPU. */
  private static String lcore(Place place) {
    String cpus =
        CpuTopology.current().allowed().stream()
            .map(String::valueOf)
            .collect(Collectors.joining(",", "(", ")"));
    return place.ordinal() + "@" + cpus;
  }

  /** Kills until there were enough; false if it ended early, since something is wrong. */
  private boolean keepKilling() {
    long lastLine = System.nanoTime();
    while (verdict.kills() < kills || undertaker.isBusy()) {
      if (!step(kills - verdict.kills() - undertaker.dying())) {
        return false;
      }
      if (System.nanoTime() - lastLine > LINE_NANOS) {
        lastLine = System.nanoTime();
        showProgress();
      }
    }
    showProgress();
    return true;
  }

  private boolean step(int more) {
    if (stop.isRequested()) {
      console.endProgress();
      throw new CommandFailure("interrupted");
    }
    boolean good = undertaker.step(more);
    Member stuck = watch.findStuck(members);
    if (stuck != null) {
      verdict.addStuck(1);
      trouble(stuck.child().describe() + " does not go on:\n" + dump(stuck.child()));
      return false;
    }
    if (ledger.corrupted() > 0) {
      trouble("corrupted: " + saidCorrupted());
      return false;
    }
    LockSupport.parkNanos(POLL_NANOS);
    return good;
  }

  /** What members that are there still have said of it. */
  private String saidCorrupted() {
    return members.stream()
        .filter(member -> member.child() != null)
        .map(member -> member.child().last("corrupted: "))
        .filter(line -> line != null)
        .findFirst()
        .orElse("seen by a process that is dead by now");
  }

  private void showProgress() {
    console.progress(
        String.format(
            Locale.ROOT,
            "chaos: kills %d of %d, packets %,d, recovered %,d, worst stall %d ms",
            verdict.kills(),
            kills,
            watch.packets(Place.SINK),
            ledger.recovered(),
            watch.worstStallMillis()));
  }

  private void trouble(String what) {
    console.say("chaos: " + what);
  }

  /** The stacks of a process that does not go on, as its JVM prints them. */
  private static String dump(Child child) {
    int from = child.lines().size();
    child.signal(SIGQUIT);
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (child.last("JNI global refs") == null && System.nanoTime() < deadline) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    List<String> lines = child.lines();
    return String.join("\n", lines.subList(from, lines.size()));
  }

  /** Waits for the last replacements, so that all end from where they work. */
  private boolean awaitAll() {
    while (!members.stream().allMatch(Member::isReady)) {
      if (!step(0)) {
        return false;
      }
    }
    return true;
  }

  /** Those that make packets first, then those that take them. */
  private boolean endInOrder() {
    return end(List.of(Place.GENERATOR))
        && end(List.of(Place.WORKER0, Place.WORKER1, Place.WORKER2, Place.WORKER3))
        && end(List.of(Place.SINK))
        && awaitRecovery();
  }

  private boolean end(List<Place> places) {
    List<Member> ending =
        members.stream().filter(member -> places.contains(member.place())).toList();
    ending.forEach(member -> member.child().signal(SIGTERM));
    long deadline = System.nanoTime() + END_NANOS;
    while (!ending.stream().allMatch(Member::isGone)) {
      if (System.nanoTime() > deadline) {
        Child child =
            ending.stream().filter(each -> !each.isGone()).findFirst().orElseThrow().child();
        verdict.addStuck(1);
        trouble(child.describe() + " does not end:\n" + dump(child));
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }

  private boolean awaitRecovery() {
    long deadline = System.nanoTime() + END_NANOS;
    while (true) {
      observe();
      if (FinalAudit.onlyPrimaryIsThere(memory)) {
        return true;
      }
      if (System.nanoTime() > deadline) {
        verdict.addStuck(1);
        trouble("dead processes are not recovered from");
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** If it has ended early, what members that were not asked still hold would count as lost. */
  private void count(boolean whole) {
    if (whole) {
      new FinalAudit(memory, verdict, this::trouble).run(before, verdict.kills());
    } else {
      verdict.addCorrupted(ledger.corrupted());
    }
  }

  private String summary(long began) {
    return String.format(
        Locale.ROOT,
        "chaos: %,d packets to the sink, %,d recovered, %s, %d s",
        watch.packets(Place.SINK),
        ledger.recovered(),
        undertaker.summary(),
        Duration.ofNanos(System.nanoTime() - began).toSeconds());
  }

  /** Where a run ends early: what a member has in hand, nobody may be there to take any more. */
  private void end(Member member) {
    if (!member.isGone()) {
      if (member.place() == Place.PRIMARY) {
        member.goOn();
        member.child().close();
      } else {
        member.kill();
        member.child().awaitEnd();
      }
    }
  }

  /** Ends whatever still runs and removes whatever is still there, each even if another fails. */
  @Override
  public void close() {
    closeMemory();
    undo.close();
  }
}
