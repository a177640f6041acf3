package io.sluice.cli.demo;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.Leftovers;
import io.sluice.cli.SluiceCommand;
import io.sluice.cli.processes.Child;
import io.sluice.cli.processes.CleanUp;
import io.sluice.cli.processes.Console;
import io.sluice.cli.processes.LcoresInTurn;
import io.sluice.cli.processes.Said;
import io.sluice.cli.processes.TemporaryHugepages;
import io.sluice.cli.processes.WorkFolder;
import io.sluice.primary.StopRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** One run of the demo; whatever it made is gone when {@link #close} returns. */
final class Demo implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final long POLL_NANOS = 100_000_000;
  private static final long STALL_NANOS = 10_000_000_000L;
  private static final long PIPE_STALL_NANOS = 1_000_000_000L;
  private static final long LINE_NANOS = 1_000_000_000L;
  private static final String MEGABYTES = "64";

  /** Of 2 MB: those, and some for what the heap needs beyond. */
  private static final long PAGES = 40;

  private final PrintWriter out;
  private final Console console;
  private final StopRequest stop;
  private final String prefix = "demo-" + ProcessHandle.current().pid();
  private final LcoresInTurn lcores = new LcoresInTurn();
  private final CleanUp undo = new CleanUp();
  private final WorkFolder folder = new WorkFolder(prefix);

  Demo(PrintWriter out, StopRequest stop) {
    this.out = out;
    this.console = new Console(out);
    this.stop = stop;
    undo.add(folder::close);
  }

  /** Runs it all; whether every frame came out as it went in, and nothing leaked. */
  boolean run(boolean wires, boolean numbered, List<byte[]> capture, long frames, int workers)
      throws IOException {
    Path captureFile = folder.resolve("frames.pcap");
    CaptureFile.write(captureFile, capture);
    List<String> pages = wires ? pages() : List.of();
    undo.add(() -> Leftovers.delete(prefix));
    Outside outside = wires ? new Wires() : new Pipes(folder.path());
    undo.add(outside::close);
    console.say(
        String.format(
            Locale.ROOT,
            "demo: %,d frames (%s) through a primary, %d workers and a monitor",
            frames,
            numbered
                ? "all different"
                : String.format(Locale.ROOT, "%,d of the capture, over and over", capture.size()),
            workers));
    console.say("demo: " + outside.description());
    Child traffic = startTraffic(outside, captureFile, frames, numbered);
    if (outside.startsBeforePorts()) {
      traffic.send("go");
    }
    Child primary = startPrimary(outside, pages, workers);
    console.say("demo: " + primary.last("primary: ready"));
    List<Child> workerChildren = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      workerChildren.add(
          startSecondary("worker", List.of("--lcores", lcores.lcore(i + 1)), List.of()));
    }
    for (Child worker : workerChildren) {
      worker.awaitLine("worker ", START_LIMIT, stop::isRequested);
    }
    Child monitor = startSecondary("monitor", List.of(), List.of("200"));
    monitor.awaitLine("monitor: ", START_LIMIT, stop::isRequested);
    if (!outside.startsBeforePorts()) {
      traffic.send("go");
    }
    List<Child> all = new ArrayList<>(workerChildren);
    all.addAll(List.of(primary, monitor, traffic));
    watch(frames, traffic, monitor, all);
    return finish(frames, traffic, primary, monitor, workerChildren, all);
  }

  private List<String> pages() {
    TemporaryHugepages pages = new TemporaryHugepages(PAGES, folder.resolve("huge"));
    undo.add(pages::close);
    return pages.options(PAGES);
  }

  private Child start(
      String name, List<String> launcher, Class<?> mainClass, List<String> arguments) {
    Child child = new Child(name, launcher, mainClass, arguments);
    undo.add(child::close);
    return child;
  }

  private Child startTraffic(Outside outside, Path captureFile, long frames, boolean numbered) {
    List<String> arguments = new ArrayList<>(outside.trafficArguments());
    arguments.add(captureFile.toString());
    arguments.add(Long.toString(frames));
    arguments.add(numbered ? Traffic.NUMBERED : Traffic.REPEATED);
    Child traffic = start("traffic", outside.trafficLauncher(), Traffic.class, arguments);
    traffic.awaitLine("traffic: ready", START_LIMIT, stop::isRequested);
    return traffic;
  }

  private Child startPrimary(Outside outside, List<String> pages, int workers) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "primary", "--file-prefix", prefix, "--lcores", lcores.lcore(0), "-m", MEGABYTES));
    arguments.addAll(pages);
    arguments.add("--no-pci");
    for (String vdev : outside.vdevs()) {
      arguments.addAll(List.of("--vdev", vdev));
    }
    arguments.addAll(List.of("--", "--workers", Integer.toString(workers)));
    Child primary = start("primary", outside.primaryLauncher(), SluiceCommand.class, arguments);
    primary.awaitLine("primary: ready", START_LIMIT, stop::isRequested);
    return primary;
  }

  private Child startSecondary(String kind, List<String> eal, List<String> own) {
    List<String> arguments =
        new ArrayList<>(
            List.of("secondary", kind, "--file-prefix", prefix, "--proc-type", "secondary"));
    arguments.addAll(eal);
    arguments.add("--");
    arguments.addAll(own);
    return start(kind, List.of(), SluiceCommand.class, arguments);
  }

  /**
   * Shows progress until all frames came out, or nothing has moved for a while; once a process has
   * ended early nothing more is sent, and only what is under way is awaited.
   */
  private void watch(long frames, Child traffic, Child monitor, List<Child> children) {
    long lastChange = System.nanoTime();
    long lastLine = 0;
    boolean held = false;
    String last = "";
    while (true) {
      Map<String, String> progress = Said.words(traffic.last("progress "));
      long sent = Said.number(progress, "sent");
      long received = Said.number(progress, "received");
      String line = monitor.last("monitor: ");
      String state = progress + line;
      long now = System.nanoTime();
      if (!state.equals(last)) {
        last = state;
        lastChange = now;
      }
      if (now - lastLine > LINE_NANOS || received >= frames) {
        lastLine = now;
        show(sent, received, line);
      }
      long limit = held || sent >= frames ? PIPE_STALL_NANOS : STALL_NANOS;
      if (received >= frames || now - lastChange > limit) {
        console.endProgress();
        return;
      }
      if (stop.isRequested()) {
        console.endProgress();
        throw new CommandFailure("interrupted");
      }
      if (!held && children.stream().anyMatch(child -> !child.isAlive())) {
        held = true;
        traffic.tell("hold");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private void show(long sent, long received, String monitorLine) {
    StringBuilder workers = new StringBuilder();
    Said.words(monitorLine)
        .forEach(
            (name, packets) -> {
              if (name.startsWith("worker")) {
                workers.append(String.format(Locale.ROOT, " %,d", Long.parseLong(packets)));
              }
            });
    String text =
        String.format(
            Locale.ROOT, "demo: sent %,d, received %,d, by worker:%s", sent, received, workers);
    console.progress(text);
  }

  private boolean finish(
      long frames,
      Child traffic,
      Child primary,
      Child monitor,
      List<Child> workers,
      List<Child> all) {
    List<String> troubles = new ArrayList<>();
    all.stream().filter(child -> !child.isAlive()).map(Child::end).forEach(troubles::add);
    List<Child> inOrder = new ArrayList<>(List.of(monitor));
    inOrder.addAll(workers);
    inOrder.add(primary);
    for (Child child : inOrder) {
      if (child.isAlive() && !child.stop()) {
        troubles.add(child.describe() + " did not end when asked to, and was killed");
      }
    }
    traffic.tell("end");
    if (!traffic.awaitEnd()) {
      troubles.add(traffic.describe() + " did not end when asked to, and was killed");
    }
    DemoReport report =
        new DemoReport(
            traffic.said(),
            primary.said(),
            monitor.said(),
            workers.stream().map(Child::said).toList());
    out.print(report.table());
    boolean good = report.isGood(frames) && troubles.isEmpty();
    if (!good) {
      troubles.forEach(trouble -> out.println("demo: " + trouble));
      out.print(report.whereLost());
      String failure = traffic.last("failure ");
      if (failure != null) {
        out.println("demo: traffic: " + failure);
      }
    }
    close();
    console.say(report.verdict());
    return good;
  }

  /** Ends whatever still runs and removes whatever is still there, each even if another fails. */
  @Override
  public void close() {
    undo.close();
  }
}
