package io.sluice.nic.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.nic.PortShell;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.NetworkNamespaces;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code net_pcap} on interfaces: veth pairs between two namespaces, a JVM in each. */
@RequiresRoot
@RequiresCommand({"ip", "sysctl"})
class PcapInterfaceTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path directory;

  private NetworkNamespaces namespaces;
  private String left;
  private String right;

  @BeforeEach
  void makeNamespaces() {
    namespaces = new NetworkNamespaces();
    left = namespaces.add();
    right = namespaces.add();
    namespaces.addVeth(left, "veth0", right, "veth1");
  }

  @AfterEach
  void removeNamespaces() {
    namespaces.close();
  }

  private static JavaProcess shell(String namespace, String device) {
    return JavaProcess.start(
        NetworkNamespaces.prefix(namespace),
        PortShell.class,
        List.of(),
        UniquePrefix.next(),
        device,
        "256");
  }

  private static JavaProcess started(String namespace, String device, int rx, int tx) {
    JavaProcess shell = shell(namespace, device);
    shell.awaitLine("probed$", LIMIT);
    tell(shell, "setup " + rx + " " + tx, "setup done");
    tell(shell, "start", "start done");
    return shell;
  }

  private static void tell(JavaProcess shell, String line, String answer) {
    shell.send(line);
    shell.awaitLine(answer, LIMIT);
  }

  private static void pass(JavaProcess from, JavaProcess to, String frames, int count) {
    tell(from, "send " + frames, "sent " + count + "$");
    tell(to, "receive " + count, "received " + count + " wrong 0$");
  }

  @Test
  void shouldPassFramesBothWaysThroughOneInterface() {
    namespaces.exec(left, "ip", "link", "set", "veth0", "address", "02:01:02:03:04:05");
    try (JavaProcess one = started(left, "net_pcap0,iface=veth0,phy_mac=1", 1, 1);
        JavaProcess other = started(right, "net_pcap0,iface=veth1", 1, 1)) {
      tell(one, "mac", "mac 020102030405");
      tell(other, "mac", "mac 027063617000");
      pass(one, other, "50 60", 50);
      pass(other, one, "50 1514 TAG", 50);
      pass(one, other, "50 1514", 50);
      // A socket does not see what it sends itself.
      tell(one, "stats", "stats rx=50 tx=100 missed=0 rxerr=0 txerr=0 mbufs=0");
      tell(other, "stats", "stats rx=100 tx=50 missed=0 rxerr=0 txerr=0 mbufs=0");
      tell(one, "stop", "stop done");
      tell(one, "start", "start done");
      pass(other, one, "10 200", 10);
    }
  }

  @Test
  void shouldSeeWhatOthersSendOnTheInterfaceUnlessToldNotTo() {
    String in = "net_pcap0,tx_iface=veth0,rx_iface_in=veth0,rx_iface=veth0";
    try (JavaProcess one = started(left, in, 2, 1);
        JavaProcess other = started(right, "net_pcap0,rx_iface_in=veth1,tx_iface=veth1", 1, 1)) {
      // Its second queue, which sees both directions, receives them once, the other end once.
      pass(one, other, "20 100", 20);
      tell(one, "receive 20", "received 20 wrong 0$");
      // These come in, to both queues.
      tell(other, "send 20 100", "sent 20$");
      tell(one, "receive 40", "received 40 wrong 0$");
      tell(one, "stats", "stats rx=60 tx=20 missed=0 rxerr=0 txerr=0 mbufs=0");
      tell(other, "stats", "stats rx=20 tx=20 missed=0 rxerr=0 txerr=0 mbufs=0");
    }
  }

  @Test
  void shouldReceiveFromAnInterfaceAndSendIntoAFile() {
    String file = directory.resolve("out.pcap").toString();
    try (JavaProcess sender = started(left, "net_pcap0,tx_iface=veth0", 1, 1);
        JavaProcess receiver = started(right, "net_pcap0,rx_iface=veth1,tx_pcap=" + file, 1, 1)) {
      pass(sender, receiver, "100 1000", 100);
      tell(sender, "send 1 1515", "sent 1$");
      tell(sender, "poll", "polled 0$");
      tell(sender, "stats", "stats rx=0 tx=100 missed=0 rxerr=0 txerr=1 mbufs=0");
      tell(receiver, "send 30 9000", "sent 30$");
      tell(receiver, "detach", "detach done");
    }
    try (CaptureReader reader = CaptureReader.open(file)) {
      for (int i = 0; i < 30; i++) {
        assertTrue(reader.next());
        assertEquals(9000, reader.length());
      }
      assertFalse(reader.next());
    }
  }

  @Test
  void shouldRefuseAnInterfaceThatIsDown() {
    namespaces.exec(left, "ip", "link", "set", "veth0", "down");
    try (JavaProcess child = shell(left, "net_pcap0,iface=veth0")) {
      child.awaitLine("refused interface 'veth0' is down; bring it up.*ENETDOWN", LIMIT);
    }
  }
}
