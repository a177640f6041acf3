package io.sluice.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.MbufData;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.NetworkNamespaces;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code net_af_packet} on veth pairs between two namespaces, a JVM in each. */
@RequiresRoot
@RequiresCommand({"ip", "sysctl"})
class AfPacketTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int MBUFS = 1023;

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

  /**
   * Frame n of a repeatable mix: ARP, IPv4, IPv6 by type, some with a VLAN tag, 60 to 1514 bytes.
   */
  private static byte[] frame(int n) {
    Random random = new Random(n);
    byte[] frame = new byte[60 + random.nextInt(1455)];
    random.nextBytes(frame);
    frame[0] = 2;
    frame[6] = 2;
    int at = 12;
    if (n % 3 == 0) {
      frame[at++] = (byte) 0x81;
      frame[at++] = 0;
      frame[at++] = (byte) (n % 7 << 5);
      frame[at++] = (byte) (1 + n % 200);
    }
    int type = new int[] {0x0806, 0x0800, 0x86dd}[n % 3];
    frame[at++] = (byte) (type >> 8);
    frame[at++] = (byte) type;
    frame[at++] = (byte) (n >> 24);
    frame[at++] = (byte) (n >> 16);
    frame[at++] = (byte) (n >> 8);
    frame[at] = (byte) n;
    return frame;
  }

  private static int number(byte[] frame) {
    int at = frame[12] == (byte) 0x81 ? 18 : 14;
    return (frame[at] & 0xff) << 24
        | (frame[at + 1] & 0xff) << 16
        | (frame[at + 2] & 0xff) << 8
        | frame[at + 3] & 0xff;
  }

  /** Sends frames 0 to n, then waits for its input to end: prefix, device, frames, data room. */
  static final class Sender {
    public static void main(String[] arguments) throws Exception {
      int frames = Integer.parseInt(arguments[2]);
      try (SharedMemory memory = TestPorts.primary(arguments[0]);
          EthDevs ports = EthDevs.of(memory)) {
        Mempool pool = pool(memory, arguments[3]);
        EthDev port = TestPorts.start(ports, arguments[1], 1, pool);
        System.out.println("ready");
        System.in.read();
        long[] one = new long[1];
        for (int n = 0; n < frames; n++) {
          one[0] = packet(pool, frame(n));
          while (port.txBurst(0, one, 0, 1) == 0) {
            Thread.yield();
          }
          if (n % 64 == 63) {
            // Half a ring under way at the most: the receiver's ring must not overrun.
            System.in.read();
          }
        }
        port.stop();
        System.out.println("sent " + port.stats().opackets() + " errors " + port.stats().oerrors());
        System.out.println("pool " + (MBUFS - pool.availCount()));
      }
    }

    private static long packet(Mempool pool, byte[] frame) {
      long head = 0;
      for (int done = 0; done < frame.length; ) {
        long m = Mbuf.alloc(pool);
        int here = Math.min(frame.length - done, Mbuf.tailroom(m));
        Memory.copyFromBytes(frame, done, Mbuf.append(m, here), here);
        done += here;
        if (head == 0) {
          head = m;
        } else {
          Mbuf.chain(head, m);
        }
      }
      return head;
    }
  }

  private static Mempool pool(SharedMemory memory, String dataRoom) {
    return PktmbufPool.create(memory, "mbufs", MBUFS, 0, 0, Integer.parseInt(dataRoom), -1);
  }

  /**
   * Receives n frames on all queues and compares each: prefix, device, frames, data room, queues.
   */
  static final class Receiver {
    public static void main(String[] arguments) throws Exception {
      int frames = Integer.parseInt(arguments[2]);
      int queues = Integer.parseInt(arguments[4]);
      try (SharedMemory memory = TestPorts.primary(arguments[0]);
          EthDevs ports = EthDevs.of(memory)) {
        Mempool pool = pool(memory, arguments[3]);
        EthDev port = TestPorts.start(ports, arguments[1], queues, pool);
        System.out.println("ready");
        boolean[] seen = new boolean[frames];
        long[] byQueue = new long[queues];
        int received = 0;
        int wrong = 0;
        long[] burst = new long[32];
        while (received < frames) {
          for (int queue = 0; queue < queues; queue++) {
            int n = port.rxBurst(queue, burst, 0, burst.length);
            for (int i = 0; i < n; i++) {
              byte[] frame = new byte[Mbuf.pktLen(burst[i])];
              MbufData.read(burst[i], 0, frame, 0, frame.length);
              int number = number(frame);
              boolean good =
                  number >= 0
                      && number < frames
                      && !seen[number]
                      && Arrays.equals(frame, frame(number));
              if (good) {
                seen[number] = true;
              } else {
                wrong++;
              }
              received++;
              byQueue[queue]++;
              if (received % 64 == 0) {
                System.out.println("progress");
              }
            }
            Mbuf.freeBulk(burst, 0, n);
          }
        }
        EthStats stats = port.stats();
        System.out.println(
            "received "
                + stats.ipackets()
                + " wrong "
                + wrong
                + " missed "
                + stats.imissed()
                + " busy "
                + Arrays.stream(byQueue).filter(count -> count > 0).count());
        System.out.println("pool " + (MBUFS - pool.availCount()));
      }
    }
  }

  private void exchange(int frames, String sendArguments, int dataRoom, int queues, int busy) {
    try (JavaProcess receiver =
            JavaProcess.start(
                NetworkNamespaces.prefix(right),
                Receiver.class,
                List.of(),
                UniquePrefix.next(),
                "net_af_packet0,iface=veth1,qpairs=" + queues,
                "" + frames,
                "" + dataRoom,
                "" + queues);
        JavaProcess sender =
            JavaProcess.start(
                NetworkNamespaces.prefix(left),
                Sender.class,
                List.of(),
                UniquePrefix.next(),
                "net_af_packet0,iface=veth0" + sendArguments,
                "" + frames,
                "" + dataRoom)) {
      receiver.awaitLine("ready", LIMIT);
      sender.awaitLine("ready", LIMIT);
      sender.send("");
      for (int i = 64; i <= frames; i += 64) {
        receiver.awaitLine("progress", LIMIT);
        sender.send("");
      }
      receiver.awaitLine("received " + frames + " wrong 0 missed 0 busy " + busy + "$", LIMIT);
      sender.awaitLine("sent " + frames + " errors 0", LIMIT);
      receiver.awaitLine("pool 0", LIMIT);
      sender.awaitLine("pool 0", LIMIT);
      assertEquals(0, receiver.awaitExit(LIMIT));
      assertEquals(0, sender.awaitExit(LIMIT));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",qdisc_bypass=1", ",framesz=4096,blocksz=8192,framecnt=64"})
  void shouldPassEveryFrameByteForByte(String sendArguments) {
    exchange(1920, sendArguments, 2176, 1, 1);
  }

  @Test
  void shouldPassFramesThatTakeSeveralMbufs() {
    exchange(640, "", 256, 1, 1);
  }

  @Test
  void shouldSpreadFramesOverQueues() {
    exchange(1920, "", 2176, 2, 2);
  }

  /** Probes a device and says how it was refused: prefix, device. */
  static final class Refused {
    public static void main(String[] arguments) {
      try (SharedMemory memory = TestPorts.primary(arguments[0]);
          EthDevs ports = EthDevs.of(memory)) {
        ports.probe(arguments[1]);
      } catch (SluiceException e) {
        System.out.println("refused " + e.getMessage());
      }
    }
  }

  @Test
  void shouldRefuseAnInterfaceThatIsDown() {
    namespaces.exec(left, "ip", "link", "set", "veth0", "down");
    try (JavaProcess child =
        JavaProcess.start(
            NetworkNamespaces.prefix(left),
            Refused.class,
            List.of(),
            UniquePrefix.next(),
            "net_af_packet0,iface=veth0")) {
      child.awaitLine("refused .*veth0.* is down; bring it up.*ENETDOWN", LIMIT);
    }
  }

  /** Tells the interface things, a step for each line of input: prefix, device. */
  static final class Controller {
    public static void main(String[] arguments) throws Exception {
      try (SharedMemory memory = TestPorts.primary(arguments[0]);
          EthDevs ports = EthDevs.of(memory)) {
        Mempool pool = pool(memory, "2176");
        EthDev port = TestPorts.start(ports, arguments[1], 1, pool);
        byte[] further = {2, 9, 9, 9, 9, 9};
        port.setMacAddr(new byte[] {2, 1, 2, 3, 4, 5});
        port.setMtu(1700);
        port.setPromiscuous(true);
        port.setPromiscuous(true);
        port.setAllMulticast(true);
        System.out.println(
            "told "
                + HexFormat.of().formatHex(port.macAddr())
                + " "
                + port.mtu()
                + " "
                + port.link());
        for (Runnable wrong :
            List.<Runnable>of(
                () -> port.setMtu(1965), () -> port.controls().addMacAddr(further, 1))) {
          try {
            wrong.run();
          } catch (SluiceException e) {
            System.out.println("refused " + e.getMessage());
          }
        }
        System.in.read();
        port.setPromiscuous(false);
        System.out.println("promiscuous off");
        System.in.read();
        port.controls().addMacAddr(further, 0);
        System.out.println("further address");
        System.in.read();
        port.controls().removeMacAddr(further);
        System.out.println("no further address");
        System.in.read();
        port.setPromiscuous(true);
        System.out.println("promiscuous on");
        System.in.read();
      }
    }
  }

  @Test
  void shouldTellTheInterfaceWhichTakesItBackWhenTheProcessDies() {
    try (JavaProcess child =
        JavaProcess.start(
            NetworkNamespaces.prefix(left),
            Controller.class,
            List.of(),
            UniquePrefix.next(),
            "net_af_packet0,iface=veth0")) {
      child.awaitLine("told 020102030405 1700 .*up=true", LIMIT);
      child.awaitLine(
          "refused port net_af_packet0: .* could not set the MTU to 1965 .EINVAL", LIMIT);
      child.awaitLine("refused .* cannot receive for a further address .ENOTSUP", LIMIT);
      assertShows("mtu 1700");
      assertShows("link/ether 02:01:02:03:04:05");
      assertShows("promiscuity 1");
      child.send("");
      child.awaitLine("promiscuous off", LIMIT);
      assertShows("promiscuity 0");
      child.send("");
      child.awaitLine("further address", LIMIT);
      // A veth has no filter for addresses: the kernel opens it for all.
      assertShows("promiscuity 1");
      child.send("");
      child.awaitLine("no further address", LIMIT);
      assertShows("promiscuity 0");
      child.send("");
      child.awaitLine("promiscuous on", LIMIT);
      assertShows("promiscuity 1");
      child.kill();
      Await.until(
          "the kernel leaves promiscuous mode",
          LIMIT,
          () -> link().contains("promiscuity 0"),
          this::link);
    }
  }

  private String link() {
    return namespaces.exec(left, "ip", "-d", "link", "show", "veth0");
  }

  private void assertShows(String text) {
    assertTrue(link().contains(text), this::link);
  }

  /** Receives until all frames are counted somewhere: prefix, device, frames. */
  static final class Counter {
    public static void main(String[] arguments) {
      int frames = Integer.parseInt(arguments[2]);
      try (SharedMemory memory = TestPorts.primary(arguments[0]);
          EthDevs ports = EthDevs.of(memory)) {
        Mempool pool = pool(memory, "2176");
        EthDev port = TestPorts.start(ports, arguments[1], 1, pool);
        System.out.println("ready");
        long[] burst = new long[32];
        long longest = 0;
        long reported = 0;
        while (port.stats().ipackets() + port.stats().ierrors() < frames) {
          int n = port.rxBurst(0, burst, 0, burst.length);
          for (int i = 0; i < n; i++) {
            longest = Math.max(longest, Mbuf.pktLen(burst[i]));
          }
          Mbuf.freeBulk(burst, 0, n);
          for (; reported < (port.stats().ipackets() + port.stats().ierrors()) / 64; reported++) {
            System.out.println("progress");
          }
        }
        System.out.println(
            "received "
                + port.stats().ipackets()
                + " cut "
                + port.stats().ierrors()
                + " longest "
                + longest);
        System.out.println("pool " + (MBUFS - pool.availCount()));
      }
    }
  }

  @Test
  void shouldCountAFrameLongerThanTheRingsAsAnErrorAndNotPassHalfOfIt() {
    int frames = 640;
    // The kernel hands a tag over beside the frame, and keeps 66 bytes of a frame for itself.
    int fit = 1024 - 66;
    int longest = 0;
    int whole = 0;
    for (int n = 0; n < frames; n++) {
      int tag = frame(n)[12] == (byte) 0x81 ? 4 : 0;
      if (frame(n).length - tag <= fit) {
        whole++;
        longest = Math.max(longest, frame(n).length);
      }
    }
    try (JavaProcess receiver =
            JavaProcess.start(
                NetworkNamespaces.prefix(right),
                Counter.class,
                List.of(),
                UniquePrefix.next(),
                "net_af_packet0,iface=veth1,framesz=1024",
                "" + frames);
        JavaProcess sender =
            JavaProcess.start(
                NetworkNamespaces.prefix(left),
                Sender.class,
                List.of(),
                UniquePrefix.next(),
                "net_af_packet0,iface=veth0",
                "" + frames,
                "2176")) {
      receiver.awaitLine("ready", LIMIT);
      sender.awaitLine("ready", LIMIT);
      sender.send("");
      for (int i = 64; i <= frames; i += 64) {
        receiver.awaitLine("progress", LIMIT);
        sender.send("");
      }
      receiver.awaitLine(
          "received " + whole + " cut " + (frames - whole) + " longest " + longest + "$", LIMIT);
      receiver.awaitLine("pool 0", LIMIT);
    }
  }
}
