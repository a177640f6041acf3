package io.sluice.cli.demo;

import java.util.List;

/** Where the demo's frames come from and go to: the ports, and what is at their other ends. */
interface Outside extends AutoCloseable {
  /** The primary's ports, the first for receiving and the second for sending. */
  List<String> vdevs();

  /** The words before the primary's command. */
  List<String> primaryLauncher();

  /** The words before the traffic's command. */
  List<String> trafficLauncher();

  /** The first arguments of {@link Traffic}: what kind, where it sends, where it receives. */
  List<String> trafficArguments();

  /** Whether the sender must have begun before the primary opens its ports. */
  boolean startsBeforePorts();

  /** One line about it. */
  String description();

  @Override
  void close();
}
