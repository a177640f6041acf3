package io.sluice.samples;

import static io.sluice.samples.SampleProcesses.ask;
import static io.sluice.samples.SampleProcesses.assertRefused;
import static io.sluice.samples.SampleProcesses.interrupt;
import static io.sluice.samples.SampleProcesses.take;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientServerMpTest {
  private static final String RINGS = " --vdev=net_ring0 --vdev=net_ring1";
  private static final Pattern PORT = Pattern.compile("Port (\\d) - rx: +(\\d+)\ttx: +(\\d+)");
  private static final Pattern GIVEN =
      Pattern.compile("Client +(\\d) - rx: +(\\d+), rx_drop: +(\\d+)");
  private static final Pattern SENT = Pattern.compile(" +tx: +(\\d+), tx_drop: +(\\d+)");

  @TempDir Path directory;

  private static JavaProcess server(SampleProcesses processes, String ports, int clients) {
    JavaProcess server =
        processes.primary(
            "client_server_mp server", "--lcores 0@0,1@1" + ports, "-p 3 -n " + clients);
    server.awaitLine("^Core 1 displaying statistics$", SampleProcesses.LIMIT);
    return server;
  }

  private static JavaProcess client(SampleProcesses processes, int lcore, String options) {
    return processes.secondary("client_server_mp client", "--lcores " + lcore + "@1", options);
  }

  private static JavaProcess running(SampleProcesses processes, int client) {
    JavaProcess process = client(processes, 2 + client, "-n " + client);
    process.awaitLine("^Client process " + client + " handling packets$", SampleProcesses.LIMIT);
    return process;
  }

  /** The last table: {rx, tx} of each port, then {rx, rx_drop, tx, tx_drop} of each client. */
  private static List<List<Integer>> stop(JavaProcess server) {
    interrupt(server);
    List<String> lines = server.stdout();
    List<List<Integer>> table = new ArrayList<>();
    for (String line : lines.subList(lines.lastIndexOf("PORTS"), lines.size())) {
      Matcher port = PORT.matcher(line);
      Matcher given = GIVEN.matcher(line);
      Matcher sent = SENT.matcher(line);
      if (port.matches()) {
        table.add(numbers(port, 2, 3));
      } else if (given.matches()) {
        table.add(new ArrayList<>(numbers(given, 2, 3)));
      } else if (sent.matches()) {
        table.get(table.size() - 1).addAll(numbers(sent, 1, 2));
      }
    }
    return table;
  }

  private static List<Integer> numbers(Matcher line, int... groups) {
    return Arrays.stream(groups).mapToObj(group -> Integer.valueOf(line.group(group))).toList();
  }

  private static void awaitSent(JavaProcess server, int client, int count) {
    server.awaitLine(
        "^Client +" + client + " - rx: +" + count + ", rx_drop: +0$", SampleProcesses.LIMIT);
    server.awaitLine("^ +tx: +" + count + ", tx_drop: +0$", SampleProcesses.LIMIT);
  }

  private static List<Integer> evenNumbersFrom(int first, int count) {
    return IntStream.range(0, count).mapToObj(i -> first + 2 * i).toList();
  }

  /**
   * Client 0 sends to the rings that the server reads, client 1 to those that nobody reads. So each
   * frame goes round, as the server deals them out in turn, until client 1 has had it once.
   */
  @Test
  void shouldPassEachFrameOnceAndUnchangedFromTheServerThroughAClient() {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess server = server(processes, RINGS, 2);
      JavaProcess zero = running(processes, 0);
      JavaProcess one = running(processes, 1);
      JavaProcess feeder = processes.feeder("MProc_pktmbuf_pool");
      // A ring to a client holds 127: it can lose nothing.
      assertEquals("fed 100", ask(feeder, "feed ETH_RXTX0_net_ring0 0 100"));
      awaitSent(server, 1, 100);

      interrupt(one);
      running(processes, 1);
      assertEquals("fed 25", ask(feeder, "feed ETH_RXTX0_net_ring1 100 25"));
      awaitSent(server, 1, 125);

      List<List<Integer>> table = stop(server);
      interrupt(zero);
      List<Integer> out0 = take(feeder, "ETH_RXTX1_net_ring0");
      List<Integer> all = new ArrayList<>(take(feeder, "ETH_RXTX1_net_ring1"));
      int left1 = all.size();
      all.addAll(out0);
      all.sort(null);
      assertEquals(IntStream.range(0, 125).boxed().toList(), all);
      assertEquals("in use 0", ask(feeder, "in-use"));

      int rx0 = table.get(0).get(0);
      int rx1 = table.get(1).get(0);
      int given0 = table.get(2).get(0);
      assertEquals(List.of(rx0, rx1), table.get(0), "what came in at 1 left by 0");
      assertEquals(List.of(rx1, rx0), table.get(1), "what came in at 0 left by 1");
      assertEquals(List.of(given0, 0, given0, 0), table.get(2));
      assertEquals(List.of(125, 0, 125, 0), table.get(3));
      assertEquals(rx0 + rx1, given0 + 125);
      assertEquals(100 + rx1, rx0 + out0.size(), "port 0: fed and sent, received or left");
      assertEquals(25 + rx0, rx1 + left1, "port 1");
    }
  }

  /** Nobody runs as client 0, and nobody reads what client 1 sends. */
  @Test
  void shouldCountWhatAClientLosesWhenItsRingOrItsPortIsFull() {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess server = server(processes, RINGS, 2);
      JavaProcess one = running(processes, 1);
      JavaProcess feeder = processes.feeder("MProc_pktmbuf_pool");
      for (int i = 0; i < 9; i++) {
        assertEquals("fed 240", ask(feeder, "feed ETH_RXTX0_net_ring0 " + 240 * i + " 240"));
        ask(feeder, "taken MProc_Client_1_RX " + 120 * (i + 1));
      }
      interrupt(one);
      assertEquals("in use " + (120 + 1023), ask(feeder, "in-use"));
      assertEquals(evenNumbersFrom(1, 1023), take(feeder, "ETH_RXTX1_net_ring1"));
      assertEquals(evenNumbersFrom(0, 120), take(feeder, "MProc_Client_0_RX"));
      assertEquals("in use 0", ask(feeder, "in-use"));
      assertEquals(
          List.of(
              List.of(2160, 0),
              List.of(0, 1023),
              List.of(120, 960, 0, 0),
              List.of(1080, 0, 1023, 57)),
          stop(server));
    }
  }

  @Test
  void shouldReadPortsOfAnyDriverButTellAClientThatItCannotSendThere() throws IOException {
    PcapFiles.write(directory.resolve("in.pcap"), Frames.mixed(100, 1));
    try (SampleProcesses processes = new SampleProcesses()) {
      String pcap = " --vdev=net_pcap%d,rx_pcap=%s/in.pcap,tx_pcap=%s/out%d.pcap";
      String ports =
          pcap.formatted(0, directory, directory, 0) + pcap.formatted(1, directory, directory, 1);
      JavaProcess server = server(processes, ports, 1);
      server.awaitLine("^Port 0 - rx: +100\ttx: +0$", SampleProcesses.LIMIT);
      assertRefused(
          client(processes, 2, "-n 0"),
          "port net_pcap0: a secondary cannot use queues of net_pcap");
      // In turn bursts of 32, 32, 32 and 4: of the six large ones three fit on a ring of 127.
      assertEquals(List.of(List.of(100, 0), List.of(100, 0), List.of(104, 96, 0, 0)), stop(server));
    }
  }

  @Test
  void shouldTellAClientWhatIsWrongWithItsNumber() {
    try (SampleProcesses processes = new SampleProcesses()) {
      assertRefused(client(processes, 3, "-n 0"), "no primary");
      JavaProcess server = server(processes, RINGS, 2);
      JavaProcess zero = running(processes, 0);
      assertRefused(
          client(processes, 3, "-n 0"),
          "port net_ring0: send queue 0 is polled by secondary (pid " + zero.pid() + ")");
      assertRefused(client(processes, 3, "-n 2"), "-n 2: the server has no client of that number");
      assertRefused(client(processes, 3, "-n x"), "-n");
      assertRefused(client(processes, 3, ""), "-n");
      assertRefused(
          processes.secondary("client_server_mp server", "--lcores 3@1", "-p 3 -n 2"),
          "the server is the primary");
      interrupt(zero);
      assertTrue(running(processes, 0).isAlive());
      stop(server);
    }
  }

  @Test
  void shouldTellAClientWhenThePrimaryIsNoServer() {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess other = processes.primary("simple_mp", "--lcores 0@0" + RINGS, "");
      other.awaitLine("Finished Process Init", SampleProcesses.LIMIT);
      assertRefused(client(processes, 2, "-n 0"), "no memzone 'MProc_port_info'");
      other.send("quit");
      assertEquals(0, other.awaitExit(SampleProcesses.LIMIT));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "server, '-n 2', '-p'",
    "server, '-p 3', '-n'",
    "server, '-p 1 -n 2', 'odd number of ports, 1'",
    "server, '-p f -n 2', 'names ports that are not there (0xc)'",
    "server, '-p 3 -n 0', '-n 0 is not 1 to 16'",
    "server, '-p 3 -n 17', '-n 17 is not 1 to 16'",
    "client, '-n 0', 'a client is a secondary; take --proc-type=secondary'",
    "'', '-n 0', \"the first argument is 'server' or 'client'\"",
  })
  void shouldEndInOneLineWhenAnOptionIsWrong(String role, String options, String complaint) {
    try (SampleProcesses processes = new SampleProcesses()) {
      assertRefused(
          processes.primary("client_server_mp " + role, "--lcores 0@0" + RINGS, options),
          complaint.replace("\"", ""));
    }
  }
}
