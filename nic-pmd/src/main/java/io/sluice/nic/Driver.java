package io.sluice.nic;

import java.util.Set;

/** A poll-mode driver: makes the process-local side of ports. */
public interface Driver {
  /** The driver's name; its devices are called so, with a number behind. */
  String name();

  /** The device arguments it takes. */
  Set<String> arguments();

  /**
   * Opens a device.
   *
   * @throws io.sluice.platform.SluiceException in one line, with nothing left open
   */
  PortDriver open(DeviceArguments arguments, PortContext context);

  /** Whether a secondary can open queues of the driver's ports, from what is in shared memory. */
  default boolean isShareable() {
    return false;
  }

  /** Opens, in a secondary, a port that the primary has opened; of shareable drivers only. */
  default PortDriver attach(PortContext context) {
    throw new UnsupportedOperationException(name());
  }
}
