package io.sluice.cli.chaos;

import io.sluice.config.EalOptions;
import io.sluice.platform.SluiceException;
import io.sluice.platform.StoreFaults;
import io.sluice.primary.Primary;
import io.sluice.primary.StopRequest;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * The run's primary: makes what the members share, or goes on with it as the primary that adopts
 * it, and waits for SIGTERM. Its arguments: the store of its start to die ahead of or 0, then the
 * EAL options.
 */
final class ChaosPrimary {
  private static final long POLL_NANOS = 20_000_000;

  private ChaosPrimary() {}

  public static void main(String[] arguments) {
    String[] options = Arrays.copyOfRange(arguments, 1, arguments.length);
    long deathAtStart = Long.parseLong(arguments[0]);
    if (deathAtStart > 0) {
      StoreFaults.arm(deathAtStart);
    }
    try (StopRequest stop = new StopRequest();
        Primary primary = Primary.start(EalOptions.parse(options))) {
      StoreFaults.disarm();
      Orphans.endOnceCommandIsGone(primary.memory(), stop::request);
      if (primary.memory().adoption() == null) {
        Stage.create(primary.memory());
      }
      new Orders().start();
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
