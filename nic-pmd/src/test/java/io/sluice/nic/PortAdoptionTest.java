package io.sluice.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.platform.StoreFaults;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ports of primaries that are killed beside this process, a secondary with a queue of its own. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PortAdoptionTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int MBUFS = 511;
  private static final int NO_DEVICE = -Errno.ENODEV.number();

  private final String prefix = UniquePrefix.next();
  private final List<JavaProcess> primaries = new ArrayList<>();
  private final long[] burst = new long[8];
  private SharedMemory memory;
  private EthDevs ports;
  private JavaProcess primary;

  /** A primary that does what its input says with its ports, which its arguments name. */
  static final class Owner {
    public static void main(String[] arguments) {
      SharedMemory memory = TestPorts.primary(arguments[0]);
      Mempool found = Mempool.lookup(memory, "mbufs");
      Mempool pool =
          found == null ? PktmbufPool.create(memory, "mbufs", MBUFS, 0, 0, 256, -1) : found;
      EthDevs ports = EthDevs.of(memory);
      Hotplug.start(memory, ports);
      EthDev port = null;
      for (int i = 1; i < arguments.length; i++) {
        port = ports.probe(arguments[i]);
      }
      ports.releaseLeft();
      System.out.println("probed as " + (port == null ? "none" : port.portId()));
      Scanner input = new Scanner(System.in);
      long[] burst = new long[8];
      while (input.hasNext()) {
        try {
          switch (input.next()) {
            case "configure" -> {
              port.configure(2, 2, EthConf.DEFAULT);
              for (int queue = 0; queue < 2; queue++) {
                port.rxQueueSetup(queue, 512, -1, RxConf.DEFAULT, pool);
                port.txQueueSetup(queue, 512, -1, TxConf.DEFAULT);
              }
            }
            case "start" -> port.start();
            case "stop" -> port.stop();
            // To this test.
            case "assign" -> {
              int parent = (int) ProcessHandle.current().parent().orElseThrow().pid();
              port.assignRxQueue(0, parent);
              port.assignTxQueue(0, parent);
            }
            // What comes next dies ahead of that store.
            case "arm" -> StoreFaults.arm(input.nextLong());
            default -> {
              int count = port.rxBurst(1, burst, 0, 8);
              Mbuf.freeBulk(burst, 0, count);
              System.out.println("received " + count);
            }
          }
          System.out.println("done");
        } catch (SluiceException e) {
          System.out.println("refused " + e.getMessage());
        }
      }
    }
  }

  @BeforeEach
  void begin() {
    start("net_null0,size=64");
    ask("configure", "done");
    ask("start", "done");
    memory =
        SharedMemory.attach(
            EalOptions.parse(
                "--proc-type", "secondary", "--file-prefix", prefix, "--no-huge", "--no-pci"));
    ports = EthDevs.of(memory);
  }

  @AfterEach
  void end() {
    ports.close();
    memory.close();
    primaries.forEach(JavaProcess::close);
  }

  private void start(String... devices) {
    List<String> arguments = new ArrayList<>(List.of(prefix));
    arguments.addAll(List.of(devices));
    primary = JavaProcess.start(Owner.class, arguments.toArray(String[]::new));
    primaries.add(primary);
    primary.awaitLine("^probed as", LIMIT);
  }

  private void ask(String question, String answer) {
    primary.send(question);
    primary.awaitLine("^" + answer, LIMIT);
  }

  private void kill(EthDev port) {
    primary.kill();
    Await.until("the port to be closed", LIMIT, () -> !port.isOpen());
    Await.until("the dead to be buried", LIMIT, () -> memory.processTable().allAlive());
  }

  private int receive(EthDev port, int queue) {
    int count = port.rxBurst(queue, burst, 0, burst.length);
    int length = count == 0 ? 0 : Mbuf.pktLen(burst[0]);
    Mbuf.freeBulk(burst, 0, count);
    return count * length;
  }

  private static Errno refused(Runnable action) {
    return assertThrows(SluiceException.class, action::run).errno();
  }

  @Test
  void shouldPollItsQueueOnWhenTheNextPrimaryHasOpenedThePort() {
    EthDev port = ports.byName("net_null0");
    port.claimRxQueue(1);
    port.claimTxQueue(1);
    assertEquals(8 * 64, receive(port, 1));
    assertTrue(port.link().up());
    kill(port);
    assertEquals(0, receive(port, 1));
    long mbuf = Mbuf.alloc(Mempool.lookup(memory, "mbufs"));
    assertEquals(0, port.txBurst(1, new long[] {mbuf}, 0, 1));
    Mbuf.free(mbuf);
    assertEquals(NO_DEVICE, port.rxQueueCount(1));
    assertEquals(NO_DEVICE, port.rxDescriptorStatus(1, 0));
    assertEquals(NO_DEVICE, port.txDescriptorStatus(1, 0));
    assertEquals(Errno.ENODEV, refused(() -> port.claimRxQueue(0)));
    assertFalse(port.link().up());
    assertEquals(8, port.stats().ipackets());
    assertEquals((int) ProcessHandle.current().pid(), port.rxQueueOwner(1));

    start("net_null0,size=128");
    assertEquals(0, receive(port, 1));
    assertTrue(port.isOpen() && !port.isStarted());
    ask("configure", "done");
    assertEquals(0, receive(port, 1));
    ask("start", "done");
    assertEquals(8 * 128, receive(port, 1));
    assertEquals(16, port.stats().ipackets());
    assertTrue(port.link().up());
    assertEquals(port, ports.get(0));
    // What is in use now is nobody else's, as ever.
    ask("receive", "received 0");
    ask("stop", "done");
    ask("configure", "refused port net_null0: receive queue 1 is polled by secondary");
    ask("start", "done");
    assertEquals(8 * 128, receive(port, 1));
    port.releaseRxQueue(1);
    port.releaseTxQueue(1);
    assertEquals(0, receive(port, 1));
    ask("receive", "received 8");
  }

  @Test
  void shouldClaimAQueueOfAPortThatItKnewFromADeadPrimary() {
    EthDev port = ports.byName("net_null0");
    port.claimRxQueue(0);
    port.releaseRxQueue(0);
    kill(port);
    start("net_null0,size=32");
    assertEquals(Errno.EINVAL, refused(() -> port.claimRxQueue(0)));
    ask("configure", "done");
    port.claimRxQueue(0);
    ask("start", "done");
    assertEquals(8 * 32, receive(port, 0));
  }

  @Test
  void shouldTakeAwayPortsThatTheNextPrimaryDoesNotName() {
    EthDev port = ports.byName("net_null0");
    port.claimRxQueue(1);
    kill(port);
    start("net_null1,size=16");
    assertNull(ports.byName("net_null0"));
    assertEquals(0, receive(port, 1));
    assertEquals(Errno.ENODEV, refused(() -> port.claimRxQueue(0)));
    port.releaseRxQueue(1);
    ask("configure", "done");
    ask("start", "done");
    EthDev other = ports.byName("net_null1");
    assertEquals(1, other.portId());
    other.claimRxQueue(1);
    assertEquals(8 * 16, receive(other, 1));
    assertEquals(0, receive(port, 1));
  }

  @Test
  void shouldSayThatThereIsNoPrimaryToAttachADevice() {
    try (Hotplug hotplug = Hotplug.start(memory, ports)) {
      kill(ports.byName("net_null0"));
      SluiceException e =
          assertThrows(SluiceException.class, () -> hotplug.attach("net_null7,size=128"));
      assertEquals(
          "device 'net_null7,size=128': no primary is there to attach it; start one with this"
              + " --file-prefix (ECONNREFUSED)",
          e.getMessage());
      start();
      hotplug.attach("net_null7,size=128");
      assertEquals(1, ports.count());
    }
  }
}
