package io.sluice.secondary;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.primary.Forwarding;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code sluice secondary monitor}: prints a line of everybody's packet counts, every second or as
 * many milliseconds as its one argument says, and touches no packet.
 */
public final class Monitor implements SecondaryApp {
  private static final long DEFAULT_MILLIS = 1_000;
  private static final long POLL_NANOS = 20_000_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  @Override
  public void run(Secondary secondary, String[] arguments) {
    long millis = arguments.length == 0 ? DEFAULT_MILLIS : millis(arguments[0]);
    Forwarding forwarding = Forwarding.lookup(secondary.memory());
    long next = System.nanoTime();
    int primary = secondary.primaryGeneration();
    while (!secondary.isStopRequested()) {
      if (secondary.primaryGeneration() != primary) {
        primary = secondary.primaryGeneration();
        System.out.println("monitor: goes on with primary generation " + primary);
      }
      if (System.nanoTime() - next >= 0) {
        next += millis * NANOS_PER_MILLI;
        System.out.println(line(forwarding));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static long millis(String text) {
    if (!text.matches("[1-9]\\d{0,8}")) {
      throw new SluiceException(
          Errno.EINVAL, "monitor's interval '" + text + "'; accepted: 1-999999999 milliseconds");
    }
    return Long.parseLong(text);
  }

  private static String line(Forwarding forwarding) {
    StringBuilder text = new StringBuilder("monitor:");
    for (Forwarding.PortStats port : forwarding.ports()) {
      text.append(' ')
          .append(port.name())
          .append(" rx=")
          .append(port.rxPackets())
          .append(" tx=")
          .append(port.txPackets());
    }
    for (Forwarding.ProcessStats process : forwarding.processes()) {
      text.append(' ')
          .append(process.name().replace(" ", ""))
          .append('=')
          .append(process.packets());
    }
    return text.toString();
  }
}
