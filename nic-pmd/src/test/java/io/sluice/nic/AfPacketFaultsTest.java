package io.sluice.nic;

import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.NetworkNamespaces;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code net_af_packet} when queues, interface or frames are not as they were. */
@RequiresRoot
@RequiresCommand({"ip", "sysctl"})
class AfPacketFaultsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

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

  private static JavaProcess shell(String namespace, String device, int dataRoom) {
    JavaProcess shell =
        JavaProcess.start(
            NetworkNamespaces.prefix(namespace),
            PortShell.class,
            List.of(),
            UniquePrefix.next(),
            device,
            "" + dataRoom);
    shell.awaitLine("probed$", LIMIT);
    return shell;
  }

  private static void tell(JavaProcess shell, String line, String answer) {
    shell.send(line);
    shell.awaitLine(answer, LIMIT);
  }

  private static void start(JavaProcess shell, int rx, int tx) {
    tell(shell, "setup " + rx + " " + tx, "setup done");
    tell(shell, "start", "start done");
  }

  private static void pass(JavaProcess from, JavaProcess to, int count, int length) {
    tell(from, "send " + count + " " + length, "sent " + count + "$");
    tell(to, "receive " + count, "received " + count + " wrong 0$");
  }

  @Test
  void shouldGoOnInTheRingsWhenQueuesAreSetUpAgain() {
    try (JavaProcess sender = shell(left, "net_af_packet0,iface=veth0", 2176);
        JavaProcess receiver = shell(right, "net_af_packet0,iface=veth1", 2176)) {
      start(sender, 1, 1);
      start(receiver, 1, 1);
      pass(sender, receiver, 100, 300);
      for (JavaProcess shell : List.of(sender, receiver)) {
        tell(shell, "stop", "stop done");
        start(shell, 1, 1);
      }
      pass(sender, receiver, 100, 400);
      tell(sender, "stats", "stats rx=0 tx=200 missed=0 rxerr=0 txerr=0 mbufs=0");
      tell(receiver, "stats", "stats rx=200 tx=0 missed=0 rxerr=0 txerr=0 mbufs=0");
    }
  }

  @Test
  void shouldShareFramesBetweenTheQueuesThatAreSetUpOnly() {
    try (JavaProcess sender = shell(left, "net_af_packet0,iface=veth0", 2176);
        JavaProcess receiver = shell(right, "net_af_packet0,iface=veth1,qpairs=4", 2176)) {
      start(sender, 0, 1);
      start(receiver, 2, 1);
      pass(sender, receiver, 256, 200);
      tell(receiver, "stats", "stats rx=256 tx=0 missed=0 rxerr=0 txerr=0 mbufs=0");
    }
  }

  @Test
  void shouldPassFragmentsAsTheyCameWithSeveralQueuesToo() {
    try (JavaProcess sender = shell(left, "net_af_packet0,iface=veth0", 2176);
        JavaProcess receiver = shell(right, "net_af_packet0,iface=veth1,qpairs=2", 2176)) {
      start(sender, 0, 1);
      start(receiver, 2, 1);
      // 1506 bytes of frame carry 1472 bytes of a datagram, a multiple of 8.
      tell(sender, "send 96 1506 FRAGMENT", "sent 96$");
      tell(receiver, "receive 96", "received 96 wrong 0$");
      tell(receiver, "stats", "stats rx=96 tx=0 missed=0 rxerr=0 txerr=0 mbufs=0");
    }
  }

  @Test
  void shouldCountFramesAsErrorsThatTheInterfaceWouldDrop() {
    String rings = ",framesz=16384,framecnt=64";
    try (JavaProcess sender = shell(left, "net_af_packet0,iface=veth0" + rings, 256);
        JavaProcess receiver = shell(right, "net_af_packet0,iface=veth1" + rings, 256)) {
      start(sender, 1, 1);
      start(receiver, 1, 1);
      tell(sender, "send 1 1514", "sent 1$");
      tell(sender, "send 1 1515", "sent 1$");
      tell(sender, "send 1 9014", "sent 1$");
      tell(sender, "send 1 1518 TAG", "sent 1$");
      tell(sender, "send 1 1519 TAG", "sent 1$");
      tell(sender, "send 1 1514 OFFLOAD", "sent 1$");
      tell(sender, "send 1 1515 OFFLOAD", "sent 1$");
      tell(sender, "send 1 13", "sent 1$");
      tell(sender, "send 1 60", "sent 1$");
      tell(sender, "stats", "stats rx=0 tx=4 missed=0 rxerr=0 txerr=5 mbufs=0");
      tell(receiver, "receive 4", "received 4 wrong 0$");
      tell(receiver, "mtu 9000", "mtu done");
      tell(sender, "mtu 9000", "mtu done");
      pass(sender, receiver, 20, 9014);
      tell(sender, "send 1 9015", "sent 1$");
      tell(sender, "stats", "stats rx=0 tx=24 missed=0 rxerr=0 txerr=6 mbufs=0");
      tell(receiver, "stats", "stats rx=24 tx=0 missed=0 rxerr=0 txerr=0 mbufs=0");
    }
  }

  @Test
  void shouldKeepWhatWaitsToBeSentWhileTheInterfaceIsDown() {
    try (JavaProcess sender = shell(left, "net_af_packet0,iface=veth0,framecnt=64", 2176);
        JavaProcess receiver = shell(right, "net_af_packet0,iface=veth1", 2176)) {
      start(sender, 1, 1);
      start(receiver, 1, 1);
      pass(sender, receiver, 10, 100);
      namespaces.exec(left, "ip", "link", "set", "veth0", "down");
      tell(sender, "link", "link false");
      tell(sender, "send 100 100", "sent 64$");
      tell(sender, "send 1 100", "sent 0$");
      awaitLink(receiver, false);
      namespaces.exec(left, "ip", "link", "set", "veth0", "up");
      awaitLink(sender, true);
      awaitLink(receiver, true);
      // The ring is full; the burst that finds it so has the kernel look again.
      tell(sender, "send 1 100", "sent [01]$");
      tell(receiver, "receive 64", "received 64 wrong 0$");
      pass(receiver, sender, 10, 100);
      tell(sender, "stats", "stats rx=10 tx=7[45] missed=0 rxerr=0 txerr=0 mbufs=0");
    }
  }

  /** The kernel tells a veth's peer of a change when it gets round to it. */
  private static void awaitLink(JavaProcess shell, boolean up) {
    Await.until(
        "the link is " + (up ? "up" : "down"),
        LIMIT,
        () -> {
          shell.send("link");
          return shell.awaitLine("link (true|false)", LIMIT).group(1).equals("" + up);
        });
  }

  @Test
  void shouldPassNothingAndCloseInOrderWhenTheInterfaceVanishes() {
    try (JavaProcess sender = shell(left, "net_af_packet0,iface=veth0,framecnt=64", 2176);
        JavaProcess receiver = shell(right, "net_af_packet0,iface=veth1", 2176)) {
      start(sender, 1, 1);
      start(receiver, 1, 1);
      pass(sender, receiver, 10, 100);
      namespaces.exec(left, "ip", "link", "del", "veth0");
      tell(sender, "link", "link false");
      tell(sender, "send 100 100", "sent 64$");
      tell(sender, "poll", "polled 0$");
      tell(receiver, "poll", "polled 0$");
      tell(sender, "mtu 1400", "refused port net_af_packet0: .*ENODEV");
      for (JavaProcess shell : List.of(sender, receiver)) {
        tell(shell, "stop", "stop done");
        tell(shell, "start", "start done");
        tell(shell, "poll", "polled 0$");
        tell(shell, "stats", "stats .* mbufs=0");
        tell(shell, "detach", "detach done");
      }
    }
  }
}
