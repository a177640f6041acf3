package io.sluice.it.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.model.Capability;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.BindMode;

/** What is said of a container that lacks something: one line in its log, and exit code 1. */
@RequiresRoot
@RequiresContainers
@RequiresHugepages(count = 64)
@Timeout(180)
@Tag("containers")
class ContainerFaultsTest {
  private static final int TERMINATED = 128 + 15;

  private Deployment deployment;
  private SluiceContainer primary;

  @BeforeEach
  void start() {
    deployment = new Deployment();
  }

  @AfterEach
  void end() {
    // Without one where the command is not built, and the test was skipped.
    try (Deployment ending = deployment) {
      if (ending != null && primary != null) {
        assertEquals(TERMINATED, primary.terminate(), primary::getLogs);
        primary.awaitLine("report pool leaked=0 ");
      }
    }
  }

  private void startPrimary() {
    primary =
        deployment.primary("-l 0 --vdev net_null0 --vdev net_null1 -- --workers 2 --idle park");
    primary.start();
    primary.awaitLine("^primary: ready");
  }

  /** Whether it ends with that in the only line of its log that is an error. */
  private static void assertRefused(SluiceContainer container, String... words) {
    assertEquals(1, container.runToItsEnd(), container::getLogs);
    String logs = container.getLogs();
    for (String word : words) {
      assertTrue(logs.contains(word), () -> "no '" + word + "' in:\n" + logs);
    }
    assertEquals(
        1, logs.lines().filter(line -> line.startsWith("sluice: ")).count(), container::getLogs);
    assertTrue(!logs.contains("\tat "), logs);
  }

  @Test
  void shouldNameThePagesOfAMountThatAWorkerDoesNotShare() {
    startPrimary();
    assertRefused(
        deployment
            .alone(deployment.workerArguments(1))
            .sharing(deployment.runtime, Deployment.RUNTIME_DIRECTORY),
        deployment.pages.toString(),
        "share");
  }

  @Test
  void shouldSayThatNoPrimaryIsInAnotherRuntimeDirectory() {
    startPrimary();
    assertRefused(
        deployment
            .alone(deployment.workerArguments(1))
            .sharing(deployment.pages, deployment.pages.toString()),
        "no primary runs on /var/run/dpdk/" + deployment.prefix);
  }

  @Test
  void shouldSayThatAnotherReleaseCannotJoin() {
    startPrimary();
    assertRefused(
        deployment.ofAnotherRelease(deployment.workerArguments(1)),
        "another release of Sluice",
        "this one in " + OtherRelease.VERSION);
  }

  @Test
  void shouldSayThatASecondarysRuntimeDirectoryIsReadOnly() {
    startPrimary();
    SluiceContainer reading =
        deployment
            .alone(deployment.workerArguments(1))
            .sharing(deployment.pages, deployment.pages.toString());
    reading.withFileSystemBind(
        deployment.runtime.toString(), Deployment.RUNTIME_DIRECTORY, BindMode.READ_ONLY);
    assertRefused(reading, "/var/run/dpdk/" + deployment.prefix, "EROFS");
  }

  @Test
  void shouldSayHowManyPagesThereAreForAPrimaryThatWantsMore() {
    assertRefused(
        deployment.container(
            ("primary --file-prefix "
                    + deployment.prefix
                    + " --huge-dir "
                    + deployment.pages
                    + " -m 1000000 --no-pci --vdev net_null0 -- --workers 1")
                .split(" ")),
        "1000000",
        "free");
  }

  @Test
  void shouldNameTheCapabilityThatAPortNeeds() {
    SluiceContainer network = deployment.network();
    assertRefused(
        deployment
            .primary("-l 0 --vdev net_af_packet0,iface=lo -- --workers 1")
            .inNetworkOf(network)
            .withOnly(),
        "CAP_NET_RAW");
  }

  @Test
  void shouldNameTheCapabilityThatPhysicalAddressesNeed() {
    assertRefused(
        deployment
            .primary("-l 0 --iova-mode pa --vdev net_null0 -- --workers 1")
            .withOnly(Capability.NET_RAW),
        "CAP_SYS_ADMIN");
    primary =
        deployment
            .primary("-l 0 --iova-mode pa --vdev net_null0 --vdev net_null1 -- --workers 1")
            .withOnly(Capability.SYS_ADMIN);
    primary.start();
    primary.awaitLine("^primary: ready, .* hugepages");
  }

  @Test
  void shouldSayThatTheRuntimeDirectoryIsReadOnly() {
    SluiceContainer reading =
        deployment
            .alone(
                "primary",
                "--file-prefix",
                deployment.prefix,
                "-m",
                "64",
                "--no-pci",
                "--vdev",
                "net_null0",
                "--",
                "--workers",
                "1")
            .sharing(deployment.pages, deployment.pages.toString());
    reading.withFileSystemBind(
        deployment.runtime.toString(), Deployment.RUNTIME_DIRECTORY, BindMode.READ_ONLY);
    assertRefused(reading, "/var/run/dpdk/" + deployment.prefix, "EROFS");
  }
}
