package io.sluice.samples;

import static io.sluice.samples.SampleProcesses.ask;
import static io.sluice.samples.SampleProcesses.assertRefused;
import static io.sluice.samples.SampleProcesses.take;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SymmetricMpTest {
  private static final String RINGS = " --vdev=net_ring0 --vdev=net_ring1";
  private static final int PASSES = 100_000;

  @TempDir Path directory;

  private static JavaProcess primary(SampleProcesses processes, int count) {
    JavaProcess primary =
        processes.primary(
            "symmetric_mp", "--lcores 0@0" + RINGS, "-p 3 --num-procs=" + count + " --proc-id=0");
    primary.awaitLine("^lcore 0 using queue 0 of each port$", SampleProcesses.LIMIT);
    return primary;
  }

  private static JavaProcess secondary(SampleProcesses processes, String options) {
    return processes.secondary("symmetric_mp", "--lcores 1@1", options);
  }

  private static List<Integer> numbers(int first, int end) {
    return IntStream.range(first, end).boxed().toList();
  }

  private static String ring(int queue, int port) {
    return "ETH_RXTX" + queue + "_net_ring" + port;
  }

  /** Ends a process and gives {received, sent, dropped} of each port. */
  private static long[][] stop(JavaProcess process, int ports) {
    SampleProcesses.interrupt(process);
    process.awaitLine("^Exiting on signal$", SampleProcesses.LIMIT);
    long[][] counts = new long[ports][3];
    for (int port = 0; port < ports; port++) {
      Matcher line =
          process.awaitLine(
              "^Port " + port + ": RX - (\\d+), TX - (\\d+), Drop - (\\d+)$",
              SampleProcesses.LIMIT);
      for (int i = 0; i < 3; i++) {
        counts[port][i] = Long.parseLong(line.group(i + 1));
      }
    }
    return counts;
  }

  /**
   * What was received at a port was sent by the other, none was dropped, and what came to each
   * port's ring and did not leave it is there: the fed frames, each once.
   */
  private static void assertConserved(
      long[][] counts, int queue, int fedPort, List<Integer> fed, JavaProcess feeder) {
    String table = Arrays.deepToString(counts);
    List<Integer> found = new ArrayList<>();
    for (int port = 0; port < 2; port++) {
      assertTrue(counts[port][0] >= PASSES, table);
      assertEquals(counts[port][0], counts[port ^ 1][1], table);
      assertEquals(0, counts[port][2], table);
      List<Integer> there = take(feeder, ring(queue, port));
      long came = counts[port][1] + (port == fedPort ? fed.size() : 0);
      assertEquals(came - counts[port][0], there.size(), table);
      found.addAll(there);
    }
    found.sort(null);
    assertEquals(fed, found);
  }

  private static void awaitPasses(JavaProcess feeder, int queue) {
    for (int port = 0; port < 2; port++) {
      ask(feeder, "pass " + ring(queue, port) + " " + PASSES);
    }
  }

  @Test
  void shouldKeepEachFrameOnceAndUnchangedWhileEachProcessForwardsItsQueues() {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess primary = primary(processes, 3);
      JavaProcess secondary = secondary(processes, "-p 3 --proc-id=1");
      secondary.awaitLine("^lcore 1 using queue 1 of each port$", SampleProcesses.LIMIT);
      JavaProcess feeder = processes.feeder("SMP_MBUF_POOL");
      // As the third process has a queue, the primary leaves the rings behind when it ends.
      assertEquals("claimed", ask(feeder, "claim net_ring0 2"));
      assertEquals("fed 400", ask(feeder, "feed " + ring(0, 0) + " 0 400"));
      assertEquals("fed 500", ask(feeder, "feed " + ring(1, 1) + " 400 500"));
      awaitPasses(feeder, 0);
      awaitPasses(feeder, 1);

      assertConserved(stop(secondary, 2), 1, 1, numbers(400, 900), feeder);

      // Its queues were given back.
      JavaProcess again = secondary(processes, "-p 3 --proc-id=1 --num-procs=3");
      again.awaitLine("^lcore 1 using queue 1 of each port$", SampleProcesses.LIMIT);
      assertEquals("fed 7", ask(feeder, "feed " + ring(1, 0) + " 900 7"));
      awaitPasses(feeder, 1);
      assertConserved(stop(again, 2), 1, 0, numbers(900, 907), feeder);

      assertEquals("in use 400", ask(feeder, "in-use"));
      assertConserved(stop(primary, 2), 0, 0, numbers(0, 400), feeder);
      assertEquals("in use 0", ask(feeder, "in-use"));
    }
  }

  @Test
  void shouldSendFramesOfAnyDriverUnchangedAndInOrderWhenThePrimaryIsAlone() throws IOException {
    List<byte[]> zero = Frames.mixed(500, 1);
    List<byte[]> one = Frames.mixed(300, 2);
    PcapFiles.write(directory.resolve("in0.pcap"), zero);
    PcapFiles.write(directory.resolve("in1.pcap"), one);
    String vdev = " --vdev=net_pcap%1$d,rx_pcap=%2$s/in%1$d.pcap,tx_pcap=%2$s/out%1$d.pcap";
    String ports = vdev.formatted(0, directory) + vdev.formatted(1, directory);
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess primary =
          processes.primary(
              "symmetric_mp", "--lcores 0@0" + ports, "-p 0x3 --num-procs=1 --proc-id=0");
      primary.awaitLine("^lcore 0 using queue 0 of each port$", SampleProcesses.LIMIT);
      JavaProcess feeder = processes.feeder("SMP_MBUF_POOL");
      ask(feeder, "sent net_pcap1 500");
      ask(feeder, "sent net_pcap0 300");
      assertRefused(
          secondary(processes, "-p 3 --proc-id=0"),
          "port net_pcap0: a secondary cannot use queues of net_pcap");
      long[][] counts = stop(primary, 2);
      assertEquals(List.of(500L, 300L, 0L), Arrays.stream(counts[0]).boxed().toList());
      assertEquals(List.of(300L, 500L, 0L), Arrays.stream(counts[1]).boxed().toList());
      assertEquals("in use 0", ask(feeder, "in-use"));
      assertEquals(text(zero), text(PcapFiles.read(directory.resolve("out1.pcap"))));
      assertEquals(text(one), text(PcapFiles.read(directory.resolve("out0.pcap"))));
    }
  }

  private static List<String> text(List<byte[]> frames) {
    return frames.stream().map(HexFormat.of()::formatHex).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "'0@0,1@1', 'Lcore 0 using ports 0 1 2 3', 'Lcore 1 using ports 4 5'",
    "'0@0,1@1,2@0,3@1', 'Lcore 2 using ports 4 5', 'Lcore 3 has nothing to do'"
  })
  void shouldShareThePairsOutOverTheLcores(String lcores, String one, String other) {
    try (SampleProcesses processes = new SampleProcesses()) {
      String more = " --vdev=net_ring2 --vdev=net_ring3 --vdev=net_ring4 --vdev=net_ring5";
      JavaProcess primary =
          processes.primary(
              "symmetric_mp",
              "--lcores " + lcores + RINGS + more,
              "-p 3f --num-procs=2 --proc-id=0");
      JavaProcess feeder = fedWithOneFrameEachPair(processes, primary);
      stop(primary, 6);
      assertTrue(primary.stdout().containsAll(List.of(one, other)), primary.stdout()::toString);
      for (int pair = 0; pair < 3; pair++) {
        assertEquals(List.of(pair), take(feeder, ring(0, 2 * pair), ring(0, 2 * pair + 1)));
      }
      assertEquals("in use 0", ask(feeder, "in-use"));
    }
  }

  private static JavaProcess fedWithOneFrameEachPair(
      SampleProcesses processes, JavaProcess primary) {
    primary.awaitLine("^lcore 0 using queue 0 of each port$", SampleProcesses.LIMIT);
    JavaProcess feeder = processes.feeder("SMP_MBUF_POOL");
    for (int pair = 0; pair < 3; pair++) {
      int from = 2 * pair;
      ask(feeder, "claim net_ring" + from + " 1");
      ask(feeder, "claim net_ring" + (from + 1) + " 1");
      assertEquals("fed 1", ask(feeder, "feed " + ring(0, from) + " " + pair + " 1"));
      ask(feeder, "pass " + ring(0, from + 1) + " 1000");
    }
    return feeder;
  }

  @Test
  void shouldNameTheHolderWhenAProcessIdIsTakenAndTheRangeWhenItIsTooLarge() {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess primary = primary(processes, 2);
      assertRefused(
          secondary(processes, "-p 3 --proc-id=0"),
          "receive queue 0 is polled by primary (pid " + primary.pid() + ")");
      JavaProcess first = secondary(processes, "-p 3 --proc-id=1");
      first.awaitLine("^lcore 1 using queue 1 of each port$", SampleProcesses.LIMIT);
      assertRefused(
          processes.secondary("symmetric_mp", "--lcores 2@0", "-p 3 --proc-id=1"),
          "receive queue 1 is polled by secondary (pid " + first.pid() + ")");
      assertRefused(
          processes.secondary("symmetric_mp", "--lcores 2@0", "-p 3 --proc-id=2"),
          "--proc-id 2: port net_ring0 has 2 queues");
      assertRefused(
          processes.secondary("symmetric_mp", "--lcores 2@0", "-p 1 --proc-id=2"), "odd number");
      stop(first, 2);
      stop(primary, 2);
    }
  }

  @Test
  void shouldSayWhatIsMissingWhenNoPrimaryHasSetThePortsUp() {
    try (SampleProcesses processes = new SampleProcesses()) {
      assertRefused(secondary(processes, "-p 3 --proc-id=1"), "no primary");
      JavaProcess other = processes.primary("simple_mp", "--lcores 0@0" + RINGS, "");
      other.awaitLine("Finished Process Init", SampleProcesses.LIMIT);
      assertRefused(
          secondary(processes, "-p 3 --proc-id=1"),
          "no mempool 'SMP_MBUF_POOL': does the primary run the same sample?");
      other.send("quit");
      assertEquals(0, other.awaitExit(SampleProcesses.LIMIT));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'--num-procs=2 --proc-id=0', '-p'",
    "'-p 3 --num-procs=2', '--proc-id'",
    "'-p 3 --proc-id=0', '--num-procs 0 is not 1 or more'",
    "'-p 3 --num-procs=2 --proc-id=2', '--proc-id 2 is not 0 to --num-procs - 1'",
    "'-p 3 --num-procs=2 --proc-id=-1', '--proc-id -1 is not 0 to --num-procs - 1'",
    "'-p 2 --num-procs=2 --proc-id=0', 'odd number of ports, 1'",
    "'-p 7 --num-procs=2 --proc-id=0', 'names ports that are not there (0x4)'",
    "'-p 3 --num-procs=17 --proc-id=0', '17 receive queues, it has 0 to 16'",
    "'-p 3 --num-procs=x --proc-id=0', '--num-procs'",
  })
  void shouldEndInOneLineWhenAnOptionIsWrong(String options, String complaint) {
    try (SampleProcesses processes = new SampleProcesses()) {
      assertRefused(processes.primary("symmetric_mp", "--lcores 0@0" + RINGS, options), complaint);
    }
  }
}
