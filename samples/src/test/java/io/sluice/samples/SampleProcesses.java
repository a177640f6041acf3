package io.sluice.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.config.ProcType;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.HugepageMounts;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Samples of one file prefix, each in a JVM of its own; all are gone after {@link #close}. */
final class SampleProcesses implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(60);

  private final String prefix = UniquePrefix.next();
  private final List<JavaProcess> started = new ArrayList<>();

  /** Starts a sample as primary, with memory in plain files unless {@code eal} says otherwise. */
  JavaProcess primary(String sample, String eal, String app) {
    return start(sample, "--proc-type=primary --no-pci -m 64 --no-huge " + eal, app);
  }

  /** As {@link #primary}, with memory in hugepages of 2 MB, as processes of stock DPDK need it. */
  JavaProcess hugePrimary(String sample, String eal) throws IOException {
    String pages = " --huge-dir=" + HugepageMounts.of(2048).orElseThrow();
    return start(sample, "--proc-type=primary --no-pci -m 32 " + eal + pages, "");
  }

  JavaProcess secondary(String sample, String eal, String app) {
    return start(sample, "--proc-type=secondary --no-pci " + eal, app);
  }

  /** Starts a sample that finds out by itself whether it is the first. */
  JavaProcess auto(String sample, String eal) {
    return start(sample, "--proc-type=auto --no-pci " + eal, "");
  }

  /** The process ids of a kind, as the prefix's process table has them. */
  List<Integer> pids(ProcType kind) {
    List<Integer> pids = new ArrayList<>();
    try (SharedMemory memory = SharedMemory.observe(EalOptions.parse("--file-prefix", prefix))) {
      memory
          .processTable()
          .forEach(
              entry -> {
                if (entry.procType() == kind) {
                  pids.add(entry.pid());
                }
              });
    }
    return pids;
  }

  /** For a secondary in this JVM. */
  EalOptions secondaryOptions() {
    return EalOptions.parse("--proc-type=secondary", "--no-pci", "--file-prefix", prefix);
  }

  private JavaProcess start(String sample, String eal, String app) {
    List<String> arguments = new ArrayList<>(List.of(sample.split(" ")));
    arguments.addAll(List.of("--file-prefix", prefix));
    arguments.addAll(List.of(eal.strip().split(" +")));
    if (!app.isEmpty()) {
      arguments.add("--");
      arguments.addAll(List.of(app.split(" ")));
    }
    JavaProcess process =
        JavaProcess.start(RunSample.class, List.of("-Xmx256m"), arguments.toArray(String[]::new));
    started.add(process);
    return process;
  }

  /** Starts a program of stock DPDK with the samples' file prefix; for one process type. */
  JavaProcess stock(Path program, String eal) {
    // Line by line, as at a terminal.
    List<String> command = new ArrayList<>(List.of("stdbuf", "-oL", program.toString()));
    command.addAll(List.of("--file-prefix", prefix));
    command.addAll(List.of(eal.split(" ")));
    JavaProcess process = JavaProcess.startCommand(command);
    started.add(process);
    return process;
  }

  /** Starts a {@link Feeder} with the pool of the sample that runs. */
  JavaProcess feeder(String pool) {
    JavaProcess process = JavaProcess.start(Feeder.class, List.of("-Xmx64m"), prefix, pool);
    started.add(process);
    process.awaitLine("^ready$", LIMIT);
    return process;
  }

  /** Says a line to a {@link Feeder} and gives its answer. */
  static String ask(JavaProcess feeder, String line) {
    feeder.send(line);
    return feeder.awaitLine(".*", LIMIT).group();
  }

  /** The numbers of the frames that were on these rings, sorted, and nothing else. */
  static List<Integer> take(JavaProcess feeder, String... rings) {
    List<Integer> numbers = new ArrayList<>();
    for (String ring : rings) {
      String[] words = ask(feeder, "take " + ring).split(" ");
      assertEquals("took", words[0]);
      for (int i = 1; i < words.length; i++) {
        numbers.add(Integer.valueOf(words[i]));
      }
    }
    numbers.sort(null);
    return numbers;
  }

  /** Checks that a sample ended by itself with one line that says why. */
  static void assertRefused(JavaProcess process, String complaint) {
    assertEquals(1, process.awaitExit(LIMIT), () -> String.join("\n", process.stdout()));
    String last = process.stdout().get(process.stdout().size() - 1);
    assertTrue(last.contains(complaint), last);
  }

  /** Ends a sample as Ctrl-C does: in order, with the code of a process that SIGINT ended. */
  static void interrupt(JavaProcess process) {
    process.signal("INT");
    assertEquals(130, process.awaitExit(LIMIT), () -> String.join("\n", process.stdout()));
  }

  @Override
  public void close() {
    for (int i = started.size() - 1; i >= 0; i--) {
      started.get(i).close();
    }
  }
}
