package io.sluice.samples;

import io.sluice.nic.EthDev;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The table of packets per port that the forwarding samples show. */
public final class StatisticsTable {
  private final String title;
  private final List<EthDev> ports;
  private final Collection<Map<Integer, PortCounters>> counters;

  /**
   * Makes the table of these ports.
   *
   * @param counters what each lcore counted, by port id
   */
  public StatisticsTable(
      String title, List<EthDev> ports, Collection<Map<Integer, PortCounters>> counters) {
    this.title = title;
    this.ports = ports;
    this.counters = counters;
  }

  /** A task that prints the table when {@code seconds} have passed since it last did; 0: never. */
  public Runnable every(int seconds) {
    if (seconds == 0) {
      return () -> {};
    }
    return new Runnable() {
      private long printed = System.nanoTime();

      @Override
      public void run() {
        if (System.nanoTime() - printed >= seconds * 1_000_000_000L) {
          printed = System.nanoTime();
          print();
        }
      }
    };
  }

  /** Prints it, with the sums as its last line. */
  public void print() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%n%s%n%8s %14s %14s %14s%n".formatted(title, "port", "received", "sent", "dropped"));
    long[] total = new long[3];
    for (EthDev port : ports) {
      long[] sums = new long[3];
      for (Map<Integer, PortCounters> each : counters) {
        PortCounters counter = each.get(port.portId());
        sums[0] += counter.received();
        sums[1] += counter.sent();
        sums[2] += counter.dropped();
      }
      text.append(line(String.valueOf(port.portId()), sums));
      for (int i = 0; i < total.length; i++) {
        total[i] += sums[i];
      }
    }
    System.out.print(text.append(line("total", total)));
    System.out.flush();
  }

  private static String line(String name, long[] sums) {
    return "%8s %14d %14d %14d%n".formatted(name, sums[0], sums[1], sums[2]);
  }
}
