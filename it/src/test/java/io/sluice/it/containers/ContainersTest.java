package io.sluice.it.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.model.Capability;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.nio.file.Path;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A primary, workers and a monitor, each in a container of its own with PID namespaces of their
 * own.
 */
@RequiresRoot
@RequiresContainers
@RequiresHugepages(count = 64)
@Timeout(180)
@Tag("containers")
class ContainersTest {
  private static final int TERMINATED = 128 + 15;
  private static final int KILLED = 128 + 9;
  private static final int NOBODY = 65534;

  /** The heap of 256 MB, the JVM's own needs, and nothing for hugepages. */
  private static final long MEMORY = 400L << 20;

  private static final String NULL_PORTS =
      "-l 0 --vdev net_null0 --vdev net_null1 -- --workers 2 --idle park";
  private static final int DEATHS = 3;

  /** What a worker can have in hand when it is killed: a burst. */
  private static final int IN_HAND = 32;

  @Test
  void shouldForwardThroughWorkersAndShowItToAMonitorThatJoinsLate() {
    try (Deployment deployment = new Deployment()) {
      SluiceContainer primary = deployment.primary(NULL_PORTS);
      primary.start();
      primary.awaitLine("^primary: ready, prefix " + deployment.prefix + ", hugepages, 2 ports");
      SluiceContainer first = deployment.worker(1);
      SluiceContainer second = deployment.worker(2);
      SluiceContainer monitor = monitor(deployment);
      monitor.awaitLine("worker0=[1-9]\\d* worker1=[1-9]");
      terminate(monitor, first, second, primary);
      primary.awaitLine("report pool leaked=0 ");
      assertTrue(deployment.traces().isEmpty(), () -> deployment.traces().toString());
    }
  }

  /** Ends them in this order, each within two seconds. */
  private static void terminate(SluiceContainer... containers) {
    for (SluiceContainer each : containers) {
      assertEquals(TERMINATED, each.terminate(), each::getLogs);
    }
  }

  private static SluiceContainer forwarder(Deployment deployment, SluiceContainer network) {
    SluiceContainer primary =
        deployment
            .primary(
                "-l 0 --vdev net_af_packet0,iface=port0 --vdev net_af_packet1,iface=port1"
                    + " -- --workers 2 --idle park")
            .inNetworkOf(network);
    primary.start();
    primary.awaitLine("^primary: ready");
    return primary;
  }

  @Test
  void shouldLoseOnlyWhatKilledWorkersHadInHand(@TempDir Path folder) {
    try (Deployment deployment = new Deployment();
        Wire wire = new Wire(deployment.network(), folder)) {
      SluiceContainer primary = forwarder(deployment, wire.network());
      SluiceContainer steady = deployment.worker(1);
      SluiceContainer mortal = deployment.worker(2);
      wire.go();
      for (int death = 0; death < DEATHS; death++) {
        wire.awaitMore(2000);
        mortal.signal("KILL");
        assertEquals(KILLED, mortal.awaitExit());
        mortal = deployment.worker(2);
      }
      wire.awaitMore(2000);
      long lost = wire.end();
      terminate(steady, mortal, primary);
      Matcher report = primary.awaitLine("report pool leaked=0 undelivered=(\\d+)");
      assertEquals(lost, Long.parseLong(report.group(1)), primary::getLogs);
      assertTrue(lost <= DEATHS * IN_HAND, primary::getLogs);
    }
  }

  @Test
  void shouldGoOnWithTheNextPrimary(@TempDir Path folder) {
    try (Deployment deployment = new Deployment();
        Wire wire = new Wire(deployment.network(), folder)) {
      SluiceContainer first = forwarder(deployment, wire.network());
      SluiceContainer worker = deployment.worker(1);
      wire.go();
      wire.awaitMore(2000);
      first.signal("KILL");
      assertEquals(KILLED, first.awaitExit());
      SluiceContainer next = forwarder(deployment, wire.network());
      wire.awaitMore(2000);
      assertTrue(worker.isRunning(), worker::getLogs);
      wire.end();
      terminate(worker, next);
      next.awaitLine("report pool leaked=0 ");
    }
  }

  private static SluiceContainer monitor(Deployment deployment) {
    SluiceContainer monitor =
        deployment.container("secondary", "monitor", "--file-prefix", deployment.prefix);
    monitor.start();
    return monitor;
  }

  @Test
  void shouldTakeAWorkerWithoutAnyCapability() {
    try (Deployment deployment = new Deployment()) {
      SluiceContainer primary = deployment.primary(NULL_PORTS);
      primary.start();
      primary.awaitLine("^primary: ready");
      SluiceContainer worker = deployment.container(deployment.workerArguments(1)).withOnly();
      worker.start();
      worker.awaitLine("^worker 0: ready");
      SluiceContainer monitor = monitor(deployment);
      monitor.awaitLine("worker0=[1-9]");
      terminate(monitor, worker, primary);
      primary.awaitLine("report pool leaked=0 ");
    }
  }

  @Test
  void shouldRunAsAUserWhoIsNotRoot() {
    try (Deployment deployment = new Deployment()) {
      deployment.giveTo(NOBODY);
      SluiceContainer primary = deployment.primary(NULL_PORTS).as(NOBODY);
      primary.start();
      primary.awaitLine("^primary: ready, .* hugepages, 2 ports");
      SluiceContainer worker = deployment.container(deployment.workerArguments(1)).as(NOBODY);
      worker.start();
      worker.awaitLine("^worker 0: ready");
      SluiceContainer monitor =
          deployment
              .container("secondary", "monitor", "--file-prefix", deployment.prefix)
              .as(NOBODY);
      monitor.start();
      monitor.awaitLine("worker0=[1-9]");
      terminate(monitor, worker, primary);
      primary.awaitLine("report pool leaked=0 ");
    }
  }

  @Test
  void shouldNeedNoMoreOfAPrimaryThanItsDevicesDo(@TempDir Path folder) {
    try (Deployment deployment = new Deployment();
        Wire wire = new Wire(deployment.network(), folder)) {
      SluiceContainer primary =
          deployment
              .primary(
                  "-l 0 --vdev net_af_packet0,iface=port0 --vdev net_af_packet1,iface=port1"
                      + " -- --workers 1 --idle park")
              .inNetworkOf(wire.network())
              .withOnly(Capability.NET_RAW);
      primary.start();
      primary.awaitLine("^primary: ready, .* hugepages, 2 ports");
      SluiceContainer worker = deployment.worker(1);
      wire.go();
      wire.awaitMore(2000);
      assertEquals(0, wire.end());
      terminate(worker, primary);
    }
  }

  private static SluiceContainer setter(
      Deployment deployment, Wire wire, Capability... capabilities) {
    SluiceContainer setter =
        deployment
            .program(
                MtuProgram.class,
                ("--file-prefix "
                        + deployment.prefix
                        + " -l 0 -m 8 --no-pci --vdev net_af_packet0,iface=port0 --huge-dir "
                        + deployment.pages)
                    .split(" "))
            .inNetworkOf(wire.network())
            .withOnly(capabilities);
    assertEquals(0, setter.runToItsEnd(), setter::getLogs);
    return setter;
  }

  @Test
  void shouldNeedNetAdminOfAPrimaryThatSetsAnInterfacesMtu(@TempDir Path folder) {
    try (Deployment deployment = new Deployment();
        Wire wire = new Wire(deployment.network(), folder)) {
      setter(deployment, wire, Capability.NET_RAW).awaitLine("^refused: .*CAP_NET_ADMIN");
      setter(deployment, wire, Capability.NET_RAW, Capability.NET_ADMIN)
          .awaitLine("^mtu=" + MtuProgram.MTU + "$");
    }
  }

  @Test
  void shouldSeeADeathInAPidNamespaceThatTheyShare() {
    try (Deployment deployment = new Deployment()) {
      SluiceContainer primary = deployment.primary(NULL_PORTS);
      primary.start();
      primary.awaitLine("^primary: ready");
      SluiceContainer mortal =
          deployment.container(deployment.workerArguments(1)).inPidsOf(primary);
      mortal.start();
      mortal.awaitLine("^worker 0: ready");
      mortal.signal("KILL");
      assertEquals(KILLED, mortal.awaitExit());
      SluiceContainer next = deployment.container(deployment.workerArguments(1)).inPidsOf(primary);
      next.start();
      next.awaitLine("^worker \\d: ready");
      SluiceContainer monitor = monitor(deployment);
      monitor.awaitLine("worker\\d=[1-9]");
      terminate(monitor, next, primary);
      primary.awaitLine("report pool leaked=0 ");
    }
  }

  @Test
  void shouldRunInLittleMemoryBesideItsHugepages() {
    try (Deployment deployment = new Deployment()) {
      SluiceContainer primary = deployment.primary(NULL_PORTS).withMemory(MEMORY);
      primary.start();
      primary.awaitLine("^primary: ready, .* hugepages");
      SluiceContainer worker =
          deployment.container(deployment.workerArguments(1)).withMemory(MEMORY);
      worker.start();
      worker.awaitLine("^worker 0: ready");
      SluiceContainer monitor = monitor(deployment);
      monitor.awaitLine("worker0=[1-9]\\d{5}");
      terminate(monitor, worker, primary);
    }
  }

  @Test
  void shouldKeepTwoInstancesApart() {
    try (Deployment one = new Deployment();
        Deployment other = one.beside()) {
      SluiceContainer first = one.primary(NULL_PORTS);
      first.start();
      first.awaitLine("^primary: ready, prefix " + one.prefix);
      SluiceContainer second = other.primary(NULL_PORTS);
      second.start();
      second.awaitLine("^primary: ready, prefix " + other.prefix);
      SluiceContainer ofFirst = one.worker(1);
      SluiceContainer ofSecond = other.worker(1);
      assertEquals(KILLED, kill(first));
      SluiceContainer monitor = monitor(other);
      monitor.awaitLine("worker0=[1-9]");
      terminate(monitor, ofSecond, second);
      second.awaitLine("report pool leaked=0 ");
      assertTrue(ofFirst.isRunning(), ofFirst::getLogs);
      SluiceContainer next = one.primary(NULL_PORTS);
      next.start();
      next.awaitLine("^primary: ready, prefix " + one.prefix);
      terminate(ofFirst, next);
    }
  }

  private static int kill(SluiceContainer container) {
    container.signal("KILL");
    return container.awaitExit();
  }
}
