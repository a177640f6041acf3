package io.sluice.cli.soak;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.Leftovers;
import io.sluice.cli.demo.CaptureFile;
import io.sluice.cli.demo.DemoFrames;
import io.sluice.cli.demo.Traffic;
import io.sluice.cli.processes.Child;
import io.sluice.cli.processes.CleanUp;
import io.sluice.cli.processes.Console;
import io.sluice.cli.processes.LcoresInTurn;
import io.sluice.cli.processes.NetworkNamespace;
import io.sluice.cli.processes.Said;
import io.sluice.cli.processes.WorkFolder;
import io.sluice.platform.HugepagePools;
import io.sluice.primary.StopRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One soak: the containers, the traffic outside of them, and the workers' coming and going.
 * Whatever it made is gone when {@link #close} returns.
 */
final class Soak implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final int TERMINATED = 128 + 15;
  private static final int KILLED = 128 + 9;
  private static final long POLL_NANOS = 100_000_000;
  private static final long LINE_NANOS = 1_000_000_000L;
  private static final long STALL_NANOS = 20_000_000_000L;
  private static final long LAST_FRAMES_NANOS = 1_000_000_000L;
  private static final int MIN_LIFE_MILLIS = 300;
  private static final int MAX_LIFE_MILLIS = 3_000;
  private static final long PAGE_SIZE = 2L << 20;
  private static final String MEGABYTES = "64";
  private static final String RUNTIME_DIRECTORY = "/run/dpdk";

  private final Console console;
  private final StopRequest stop;
  private final SplittableRandom random;
  private final String prefix = "soak-" + ProcessHandle.current().pid();
  private final LcoresInTurn lcores = new LcoresInTurn();
  private final Container[] workers;
  private final CleanUp undo = new CleanUp();
  private final Path pages = pages();
  private final WorkFolder folder = new WorkFolder(prefix);
  private Image image;
  private Child traffic;
  private Container primary;
  private int started;
  private long killed;
  private long ended;
  private long received;
  private long lastReceived = System.nanoTime();

  Soak(Console console, StopRequest stop, int workers, long seed) {
    this.console = console;
    this.stop = stop;
    this.workers = new Container[workers];
    this.random = new SplittableRandom(seed);
    undo.add(folder::close);
  }

  private static Path pages() {
    return HugepagePools.current().stream()
        .filter(pool -> pool.pageSize() == PAGE_SIZE && !pool.mountPoints().isEmpty())
        .map(pool -> pool.mountPoints().get(0))
        .findFirst()
        .orElseThrow(
            () -> new CommandFailure("no hugetlbfs of 2 MB pages is mounted; run: sluice setup"));
  }

  /** Runs it all; whether nothing was lost, leaked or damaged. */
  boolean run(String imageName, int minutes) throws IOException {
    Engine.require();
    image =
        imageName == null
            ? Image.ofThisMachine(Files.createDirectory(folder.resolve("image")))
            : Image.named(imageName);
    Files.createDirectory(folder.resolve("run"));
    // Of a primary that had no time to.
    undo.add(() -> Leftovers.delete(prefix));
    console.say(
        "soak: a primary, "
            + workers.length
            + " workers and a monitor in containers of "
            + image.name()
            + ", "
            + minutes
            + " minutes");
    Container network = startNetwork();
    join(network);
    startPrimary(network);
    undo.add(this::endWorkers);
    for (int i = 0; i < workers.length; i++) {
      startWorker(i);
    }
    Container monitor = keep(start("monitor", List.of(), "2000"));
    monitor.awaitLine("monitor: ", stop::isRequested);
    traffic.send("go");
    churn(TimeUnit.MINUTES.toNanos(minutes), monitor);
    List<String> troubles = finish(monitor);
    SoakReport report = new SoakReport(traffic.said(), primary.child().said());
    close();
    troubles.forEach(trouble -> console.say("soak: " + trouble));
    console.say(
        String.format(
            Locale.ROOT, "soak: workers killed=%d ended=%d in %d minutes", killed, ended, minutes));
    console.say(report.line());
    return troubles.isEmpty() && report.isGood();
  }

  private Container keep(Container container) {
    undo.add(container::close);
    return container;
  }

  /** One that only has a network, which the primary is given, as a pod's first container has. */
  private Container startNetwork() {
    Container network =
        keep(
            new Container(
                prefix + "-network",
                image,
                List.of("--network", "none", "--entrypoint", "sh"),
                List.of("-c", "echo network: ready; trap 'exit 0' TERM; sleep infinity & wait")));
    network.awaitLine("network: ready", stop::isRequested);
    return network;
  }

  /** Gives the network two ports, and starts the traffic at their other ends. */
  private void join(Container network) throws IOException {
    NetworkNamespace outside = new NetworkNamespace(prefix + "-traffic");
    undo.add(outside::close);
    NetworkNamespace ports = NetworkNamespace.of(Engine.pid(network.name()), prefix + "-ports");
    undo.add(ports::close);
    ports.join("port0", outside, "gen0");
    ports.join("port1", outside, "sink0");
    Path capture = folder.resolve("frames.pcap");
    CaptureFile.write(capture, DemoFrames.all());
    traffic =
        new Child(
            "traffic",
            outside.launcher(),
            Traffic.class,
            List.of(
                "wire",
                "gen0",
                "sink0",
                capture.toString(),
                Long.toString(Long.MAX_VALUE),
                Traffic.REPEATED));
    undo.add(traffic::close);
    traffic.awaitLine("traffic: ready", START_LIMIT, stop::isRequested);
  }

  private void startPrimary(Container network) {
    List<String> options = new ArrayList<>(shared());
    options.addAll(List.of("--network", "container:" + network.name(), "--cap-add", "NET_RAW"));
    List<String> arguments =
        new ArrayList<>(List.of("primary", "--file-prefix", prefix, "--lcores", lcores.lcore(0)));
    arguments.addAll(List.of("-m", MEGABYTES, "--huge-dir", pages.toString(), "--no-pci"));
    arguments.addAll(List.of("--vdev", "net_af_packet0,iface=port0"));
    arguments.addAll(List.of("--vdev", "net_af_packet1,iface=port1"));
    arguments.addAll(List.of("--", "--workers", Integer.toString(workers.length)));
    primary = keep(new Container(prefix + "-primary", image, options, arguments));
    primary.awaitLine("primary: ready", stop::isRequested);
    console.say("soak: " + primary.child().last("primary: ready"));
  }

  private List<String> shared() {
    return List.of(
        "--volume",
        pages + ":" + pages,
        "--volume",
        folder.resolve("run") + ":" + RUNTIME_DIRECTORY);
  }

  /** A secondary, which needs no network. */
  private Container start(String role, List<String> eal, String... own) {
    List<String> options = new ArrayList<>(shared());
    options.addAll(List.of("--network", "none"));
    List<String> arguments = new ArrayList<>(List.of("secondary", role, "--file-prefix", prefix));
    arguments.addAll(eal);
    if (own.length > 0) {
      arguments.add("--");
      arguments.addAll(List.of(own));
    }
    return new Container(prefix + "-" + ++started + "-" + role, image, options, arguments);
  }

  private void startWorker(int index) {
    workers[index] = start("worker", List.of("--lcores", lcores.lcore(index + 1)));
    workers[index].awaitLine("worker ", stop::isRequested);
  }

  private void endWorkers() {
    for (Container worker : workers) {
      if (worker != null) {
        worker.close();
      }
    }
  }

  private void churn(long nanos, Container monitor) {
    long began = System.nanoTime();
    long lastLine = began;
    long next = began + life();
    while (System.nanoTime() - began < nanos) {
      look(monitor);
      long now = System.nanoTime();
      if (now - next > 0) {
        replace(random.nextInt(workers.length));
        next = System.nanoTime() + life();
      }
      if (now - lastLine > LINE_NANOS) {
        lastLine = now;
        show(now - began, nanos);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    console.endProgress();
  }

  private long life() {
    return TimeUnit.MILLISECONDS.toNanos(random.nextInt(MIN_LIFE_MILLIS, MAX_LIFE_MILLIS));
  }

  private void replace(int index) {
    boolean kills = random.nextBoolean();
    Container worker = workers[index];
    int code = worker.end(kills ? "KILL" : "TERM");
    if (code != (kills ? KILLED : TERMINATED)) {
      throw new CommandFailure(worker.child().end());
    }
    killed += kills ? 1 : 0;
    ended += kills ? 0 : 1;
    startWorker(index);
  }

  /** Throws if it has to end early: somebody is gone, or no frame comes any more. */
  private void look(Container monitor) {
    if (stop.isRequested()) {
      console.endProgress();
      throw new CommandFailure("interrupted");
    }
    List<Child> all = new ArrayList<>(List.of(traffic, primary.child(), monitor.child()));
    for (Container worker : workers) {
      all.add(worker.child());
    }
    for (Child child : all) {
      if (!child.isAlive()) {
        console.endProgress();
        throw new CommandFailure(child.end());
      }
    }
    long now = progress("received");
    if (now != received) {
      received = now;
      lastReceived = System.nanoTime();
    } else if (System.nanoTime() - lastReceived > STALL_NANOS) {
      console.endProgress();
      throw new CommandFailure(
          "no frame has come out for 20 s, the primary said last:\n" + primary.child().tail());
    }
  }

  private long progress(String key) {
    return Said.number(Said.words(traffic.last("progress ")), key);
  }

  private void show(long passed, long all) {
    console.progress(
        String.format(
            Locale.ROOT,
            "soak: %d of %d s, sent %,d, received %,d, workers killed %d, ended %d",
            TimeUnit.NANOSECONDS.toSeconds(passed),
            TimeUnit.NANOSECONDS.toSeconds(all),
            progress("sent"),
            progress("received"),
            killed,
            ended));
  }

  /** Ends all, who makes frames first; what did not end as it should. */
  private List<String> finish(Container monitor) {
    traffic.tell("hold");
    awaitLastFrames();
    List<String> troubles = new ArrayList<>();
    List<Container> inOrder = new ArrayList<>(List.of(monitor));
    inOrder.addAll(List.of(workers));
    inOrder.add(primary);
    for (Container container : inOrder) {
      int code = container.end("TERM");
      if (code != TERMINATED) {
        troubles.add(container.child().end());
      }
    }
    traffic.tell("end");
    traffic.awaitEnd();
    return troubles;
  }

  /** Until none has come for a while. */
  private void awaitLastFrames() {
    long last = -1;
    long since = System.nanoTime();
    while (System.nanoTime() - since < LAST_FRAMES_NANOS) {
      long now = progress("received");
      if (now != last) {
        last = now;
        since = System.nanoTime();
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Ends whatever still runs and removes whatever is still there, each even if another fails. */
  @Override
  public void close() {
    undo.close();
  }
}
