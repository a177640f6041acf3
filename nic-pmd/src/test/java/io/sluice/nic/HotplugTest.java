package io.sluice.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices that come and go, asked for by a primary and by secondaries. */
class HotplugTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final String prefix = UniquePrefix.next();
  private SharedMemory memory;
  private EthDevs ports;
  private Hotplug hotplug;
  private List<String> zones;

  @BeforeEach
  void createMemory() {
    memory = TestPorts.primary(prefix);
    ports = EthDevs.of(memory);
    hotplug = Hotplug.start(memory, ports);
    // The zones that the first port and the first ring make stay.
    ports.probe("net_null31");
    ports.detach("net_null31");
    Ring.create(memory, "first", 16, -1, 0).free(memory);
    zones = zones();
  }

  @AfterEach
  void closeMemory() {
    hotplug.close();
    ports.close();
    assertEquals(zones, zones(), "nothing is left of a device");
    memory.close();
  }

  private List<String> zones() {
    List<String> names = new ArrayList<>();
    MemZone.walk(memory, zone -> names.add(zone.name()));
    return names;
  }

  private static SharedMemory secondary(String prefix, String lcore) {
    return SharedMemory.attach(
        EalOptions.parse(
            "--proc-type",
            "secondary",
            "--file-prefix",
            prefix,
            "--no-huge",
            "--lcores",
            lcore + "@0"));
  }

  /** Attaches and detaches what its input says: prefix, lcore. */
  static final class Asker {
    public static void main(String[] arguments) {
      try (SharedMemory memory = secondary(arguments[0], arguments[1]);
          EthDevs ports = EthDevs.of(memory);
          Hotplug hotplug = Hotplug.start(memory, ports)) {
        System.out.println("ready");
        Scanner input = new Scanner(System.in);
        while (input.hasNext()) {
          String command = input.next();
          String device = input.next();
          try {
            if (command.equals("attach")) {
              hotplug.attach(device);
            } else if (command.equals("detach")) {
              hotplug.detach(device);
            } else {
              EthDev port = ports.byName(device);
              System.out.println("sees " + device + " " + (port == null ? "no" : port.portId()));
              continue;
            }
            System.out.println(command + "ed " + device);
          } catch (SluiceException e) {
            System.out.println("refused " + e.getMessage());
          }
        }
      }
    }
  }

  /** Answers every request of the primary's with an errno: prefix, lcore, errno. */
  static final class Refuser {
    public static void main(String[] arguments) {
      try (SharedMemory memory = secondary(arguments[0], arguments[1])) {
        int result = -Integer.parseInt(arguments[2]);
        memory
            .mpChannel()
            .register(
                HotplugRequest.ACTION,
                (message, peer) -> {
                  HotplugRequest request = HotplugRequest.in(message);
                  System.out.println("asked " + request.type() + " " + request.devargs());
                  memory.mpChannel().reply(request.answered(result).message(), peer);
                });
        System.out.println("ready");
        new Scanner(System.in).hasNext();
      }
    }
  }

  private static void assertRefused(Errno errno, String line, Executable call) {
    SluiceException refused = assertThrows(SluiceException.class, call);
    assertEquals(errno, refused.errno(), refused.getMessage());
    assertTrue(refused.getMessage().contains(line), refused.getMessage());
  }

  @Test
  void shouldShowEveryProcessWhatAnyOfThemAttachesAndDetaches() {
    try (JavaProcess one = JavaProcess.start(Asker.class, prefix, "3");
        JavaProcess other = JavaProcess.start(Asker.class, prefix, "4")) {
      one.awaitLine("ready", LIMIT);
      other.awaitLine("ready", LIMIT);
      one.send("attach net_null7,size=99");
      one.awaitLine("attached net_null7,size=99", LIMIT);
      assertEquals("net_null7", ports.get(0).name());
      other.send("look net_null7");
      other.awaitLine("sees net_null7 0", LIMIT);
      hotplug.attach("net_ring1");
      other.send("look net_ring1");
      other.awaitLine("sees net_ring1 1", LIMIT);
      other.send("detach net_null7");
      other.awaitLine("detached net_null7", LIMIT);
      assertNull(ports.byName("net_null7"));
      one.send("look net_null7");
      one.awaitLine("sees net_null7 no", LIMIT);
      hotplug.detach("net_ring1");
      one.send("look net_ring1");
      one.awaitLine("sees net_ring1 no", LIMIT);
    }
  }

  @Test
  void shouldTakeADeviceWithTheNameOfItsBusAsDpdkSendsIt() {
    try (JavaProcess child = JavaProcess.start(Asker.class, prefix, "3")) {
      child.awaitLine("ready", LIMIT);
      child.send("attach vdev:net_null5,size=70");
      child.awaitLine("attached", LIMIT);
      assertNotNull(ports.byName("net_null5"));
      child.send("detach vdev:net_null5");
      child.awaitLine("detached", LIMIT);
      assertEquals(0, ports.count());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "attach net_null0, it is there already .EEXIST",
    "attach net_no0, there is no such device or driver .ENODEV",
    "'attach net_null1,bogus=1', look at its arguments .EINVAL",
    "detach net_null9, there is no such device or driver .ENODEV"
  })
  void shouldSayWhyThePrimaryDidNot(String request, String line) {
    ports.probe("net_null0");
    try (JavaProcess child = JavaProcess.start(Asker.class, prefix, "3")) {
      child.awaitLine("ready", LIMIT);
      child.send(request);
      child.awaitLine(
          "refused device '" + request.split(" ")[1] + "': the primary did not .*" + line, LIMIT);
    }
    assertEquals(1, ports.count());
  }

  @Test
  void shouldNotTakeAStartedPortAwayForAnotherProcess() {
    Mempool pool = PktmbufPool.create(memory, "mbufs", 63, 0, 0, 256, -1);
    EthDev port = TestPorts.start(ports, "net_null0", 1, pool);
    try (JavaProcess child = JavaProcess.start(Asker.class, prefix, "3")) {
      child.awaitLine("ready", LIMIT);
      child.send("detach net_null0");
      child.awaitLine("refused .*stop it in the primary, and release its queues .EBUSY", LIMIT);
      assertTrue(port.isStarted());
      port.stop();
      child.send("detach net_null0");
      child.awaitLine("detached net_null0", LIMIT);
    }
    pool.free(memory);
  }

  @Test
  void shouldTakeTheDeviceBackWhenASecondaryRefusesIt() {
    try (JavaProcess child =
        JavaProcess.start(Refuser.class, prefix, "3", "" + Errno.ENOMEM.number())) {
      child.awaitLine("ready", LIMIT);
      assertRefused(Errno.ENOMEM, "refused by a secondary", () -> hotplug.attach("net_null2"));
      child.awaitLine("asked ATTACH net_null2", LIMIT);
      child.awaitLine("asked ATTACH_ROLLBACK net_null2", LIMIT);
      assertEquals(0, ports.count());
    }
  }

  @Test
  void shouldLeaveTheDeviceWhenASecondaryKeepsIt() {
    ports.probe("net_null2");
    try (JavaProcess child =
        JavaProcess.start(Refuser.class, prefix, "3", "" + Errno.EBUSY.number())) {
      child.awaitLine("ready", LIMIT);
      assertRefused(Errno.EBUSY, "refused by a secondary", () -> hotplug.detach("net_null2"));
      child.awaitLine("asked DETACH net_null2", LIMIT);
      child.awaitLine("asked DETACH_ROLLBACK net_null2", LIMIT);
      assertNotNull(ports.byName("net_null2"));
    }
  }

  @Test
  void shouldRefuseATextLongerThanAMessageHolds() {
    assertRefused(
        Errno.E2BIG, "128 characters", () -> hotplug.attach("net_null1," + "x".repeat(118)));
  }
}
