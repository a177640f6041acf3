package io.sluice.it.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.nio.file.Path;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The samples of several processes, each of which is a container of its own. */
@RequiresRoot
@RequiresContainers
@RequiresHugepages(count = 64)
@Timeout(180)
@Tag("containers")
class SamplesInContainersTest {
  private static final int INTERRUPTED = 128 + 2;
  private static final int KILLED = 128 + 9;
  private static final String NULL_PORTS = " --vdev=net_null0 --vdev=net_null1";

  /** The words are the sample's name and its part's, options of the EAL, and its own. */
  private static SluiceContainer sample(Deployment deployment, String words, String eal) {
    int options = words.indexOf(" -");
    String whole =
        "sample "
            + words.substring(0, options)
            + " --file-prefix "
            + deployment.prefix
            + " --no-pci "
            + eal
            + words.substring(options);
    return deployment.container(whole.split(" "));
  }

  private static SluiceContainer primary(Deployment deployment, String words) {
    String eal = "--proc-type primary -m 64 --huge-dir " + deployment.pages;
    return sample(deployment, words, eal);
  }

  private static SluiceContainer secondary(Deployment deployment, String words) {
    return sample(deployment, words, "--proc-type secondary");
  }

  private static void interrupt(SluiceContainer container) {
    container.signal("INT");
    assertEquals(INTERRUPTED, container.awaitExit(), container::getLogs);
  }

  @Test
  void shouldPassTypedStringsBothWaysBySimpleMp() {
    try (Deployment deployment = new Deployment()) {
      SluiceContainer primary = primary(deployment, "simple_mp -l 0,1").withInput();
      primary.start();
      primary.awaitLine("Starting core 1");
      SluiceContainer secondary = secondary(deployment, "simple_mp --lcores 2@0,3@0").withInput();
      secondary.start();
      secondary.awaitLine("Starting core 3");
      primary.type("send hello_secondary");
      secondary.awaitLine("core 3: Received 'hello_secondary'$");
      secondary.type("send hello_primary");
      primary.awaitLine("core 1: Received 'hello_primary'$");
      secondary.type("quit");
      assertEquals(0, secondary.awaitExit(), secondary::getLogs);
      primary.type("quit");
      assertEquals(0, primary.awaitExit(), primary::getLogs);
    }
  }

  /** What it has sent and dropped of what came in at the other port. */
  private static void assertSentWhatItReceived(SluiceContainer container) {
    long[][] ports = new long[2][];
    for (int port = 0; port < ports.length; port++) {
      Matcher line =
          container.awaitLine("Port " + port + ": RX - (\\d+), TX - (\\d+), Drop - (\\d+)$");
      ports[port] =
          new long[] {
            Long.parseLong(line.group(1)),
            Long.parseLong(line.group(2)) + Long.parseLong(line.group(3))
          };
    }
    assertTrue(ports[0][0] > 0 && ports[1][0] > 0, container::getLogs);
    assertEquals(ports[0][0], ports[1][1], container::getLogs);
    assertEquals(ports[1][0], ports[0][1], container::getLogs);
  }

  @Test
  void shouldForwardBySymmetricMp() {
    try (Deployment deployment = new Deployment()) {
      SluiceContainer primary =
          primary(
              deployment,
              "symmetric_mp --lcores 0@0" + NULL_PORTS + " -- -p 3 --num-procs=2 --proc-id=0");
      primary.start();
      primary.awaitLine("^lcore 0 using queue 0 of each port$");
      SluiceContainer secondary =
          secondary(deployment, "symmetric_mp --lcores 1@1 -- -p 3 --num-procs=2 --proc-id=1");
      secondary.start();
      secondary.awaitLine("^lcore 1 using queue 1 of each port$");
      interrupt(secondary);
      interrupt(primary);
      assertSentWhatItReceived(secondary);
      assertSentWhatItReceived(primary);
    }
  }

  private static SluiceContainer client(Deployment deployment, int number) {
    SluiceContainer client =
        secondary(
            deployment, "client_server_mp client --lcores " + (2 + number) + "@1 -- -n " + number);
    client.start();
    client.awaitLine("^Client process " + number + " handling packets$");
    return client;
  }

  @Test
  void shouldServeTheOtherClientsOfClientServerMpWhenOneIsKilled() {
    try (Deployment deployment = new Deployment()) {
      SluiceContainer server =
          primary(
              deployment,
              "client_server_mp server --lcores 0@0,1@1" + NULL_PORTS + " -- -p 3 -n 2");
      server.start();
      server.awaitLine("^Core 1 displaying statistics$");
      SluiceContainer steady = client(deployment, 0);
      SluiceContainer mortal = client(deployment, 1);
      server.awaitLine("^Client +1 - rx: +[1-9]\\d*, rx_drop: +\\d+\\R +tx: +[1-9]");
      mortal.signal("KILL");
      assertEquals(KILLED, mortal.awaitExit());
      SluiceContainer next = client(deployment, 1);
      assertTrue(steady.isRunning(), steady::getLogs);
      interrupt(next);
      interrupt(steady);
      interrupt(server);
      server.awaitLine("^Client +0 - rx: +[1-9]\\d*, rx_drop: +\\d+\\R +tx: +[1-9]");
    }
  }

  @Test
  void shouldForwardOverVethByL2fwd(@TempDir Path folder) {
    try (Deployment deployment = new Deployment();
        Wire wire = new Wire(deployment.network(), folder)) {
      SluiceContainer l2fwd =
          primary(
                  deployment,
                  "l2fwd -l 0 --vdev=net_af_packet0,iface=port0 --vdev=net_af_packet1,iface=port1"
                      + " -- -p 3 -q 2 -T 1 --no-mac-updating")
              .inNetworkOf(wire.network());
      l2fwd.start();
      l2fwd.awaitLine("Port 1, MAC address: ");
      wire.go();
      wire.awaitMore(5000);
      assertEquals(0, wire.end());
      interrupt(l2fwd);
    }
  }
}
