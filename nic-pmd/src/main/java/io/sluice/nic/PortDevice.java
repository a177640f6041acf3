package io.sluice.nic;

import java.util.ArrayList;
import java.util.List;

/**
 * What one process has opened of a port's device. When the primary that has the device dies and the
 * next one opens it anew, this turns to what that one has opened.
 *
 * <p>Any thread of the process may ask; a burst under way on what a dead primary had opened ends as
 * it began.
 */
final class PortDevice {
  private final EthPortData data;
  private final String name;
  private final Driver kind;
  private final PortContext context;
  private final int epoch;
  private final Runnable forget;
  private final List<PortDriver> outlived = new ArrayList<>();
  private PortDriver driver;

  /** The primary that opened what is open here. */
  private volatile int opener;

  /**
   * The device of a port that is there.
   *
   * @param opened what this process, the primary, has opened; null in any other
   * @param forget has the queues opened again when they are used next
   */
  PortDevice(
      EthPortData data,
      String name,
      Driver kind,
      PortContext context,
      PortDriver opened,
      Runnable forget) {
    this.data = data;
    this.name = name;
    this.kind = kind;
    this.context = context;
    this.driver = opened;
    this.forget = forget;
    this.epoch = data.epoch(context.portId());
    this.opener = data.opener(context.portId());
  }

  /** Whether the slot still has the port that this was made for. */
  boolean isCurrent() {
    return data.epoch(context.portId()) == epoch && data.name(context.portId()).equals(name);
  }

  /** Whether a primary has it open; one volatile read, but after another primary has come. */
  boolean isOpen() {
    int now = data.opener(context.portId());
    return now != 0 && (now == opener || follow());
  }

  /** Turns to what another primary has opened; no if that is another port. */
  private synchronized boolean follow() {
    if (!isCurrent()) {
      return false;
    }
    int now = data.opener(context.portId());
    if (now != opener) {
      if (driver != null) {
        // Not closed yet: a burst of another thread may be at it.
        outlived.add(driver);
        driver = null;
      }
      forget.run();
      opener = now;
    }
    return now != 0;
  }

  /** The driver's side of it, opened when first asked for. */
  synchronized PortDriver driver() {
    if (driver == null) {
      driver = kind.attach(context);
    }
    return driver;
  }

  /** Closes what this process has opened. */
  synchronized void close() {
    if (driver != null) {
      driver.close();
    }
    outlived.forEach(PortDriver::close);
  }
}
