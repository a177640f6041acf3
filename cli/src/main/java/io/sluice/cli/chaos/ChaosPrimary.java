package io.sluice.cli.chaos;

import io.sluice.config.EalOptions;
import io.sluice.platform.SluiceException;
import io.sluice.primary.Primary;
import io.sluice.primary.StopRequest;
import java.util.concurrent.locks.LockSupport;

/** The run's primary: makes what the members share and waits for SIGTERM. */
final class ChaosPrimary {
  private static final long POLL_NANOS = 20_000_000;

  private ChaosPrimary() {}

  public static void main(String[] options) {
    try (StopRequest stop = new StopRequest();
        Primary primary = Primary.start(EalOptions.parse(options))) {
      Stage.create(primary.memory());
      String memory = primary.memory().isHugepageBacked() ? "hugepages" : "plain shared files";
      System.out.println("ready on " + memory);
      while (!stop.isRequested()) {
        LockSupport.parkNanos(POLL_NANOS);
      }
    } catch (SluiceException e) {
      System.out.println("failed: " + e.getMessage());
      System.exit(1);
    }
  }
}
