package io.sluice.bench;

import io.sluice.bench.rows.Ports;
import io.sluice.cli.processes.Child;
import io.sluice.primary.StopRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Runs {@code dpdk-testpmd} over two ports and reads how many packets a second it sends. */
final class TestPmd {
  static final String PROGRAM = "dpdk-testpmd";

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String SENT = "  Tx-pps:";

  /** Reports of a second each, of which the first covers the start. */
  private static final int REPORTS = 4;

  private TestPmd() {}

  /** Its words behind the EAL options, which name lcores for its main thread and its forwarder. */
  static List<String> command(List<String> ealOptions, String mode, String driver) {
    List<String> words = new ArrayList<>(List.of(PROGRAM));
    words.addAll(ealOptions);
    for (int port = 0; port < ports(driver); port++) {
      words.addAll(List.of("--vdev", driver + port + arguments(driver)));
    }
    words.addAll(List.of("--", "--nb-cores=1", "--stats-period=1", "--total-num-mbufs=8191"));
    words.add("--forward-mode=" + mode);
    if (driver.equals("net_ring")) {
      words.add("--tx-first");
    }
    return words;
  }

  private static String arguments(String driver) {
    return switch (driver) {
      case "net_null" -> ",size=64";
      case Side.AF_PACKET -> ",iface=" + Ports.WIRE;
      default -> "";
    };
  }

  /** One on a wire, back to which its packets go; else two. */
  private static int ports(String driver) {
    return driver.equals(Side.AF_PACKET) ? 1 : 2;
  }

  /** Nanoseconds of a packet, by the point's name. */
  static Map<String, Measured> measure(Child testpmd, String driver, StopRequest stop) {
    int ports = ports(driver);
    testpmd.awaitLines(SENT, REPORTS * ports, LIMIT, stop::isRequested);
    List<String> reports = testpmd.lines().stream().filter(line -> line.startsWith(SENT)).toList();
    double[] nanos = new double[REPORTS - 1];
    for (int report = 1; report < REPORTS; report++) {
      double packets = 0;
      for (int port = 0; port < ports; port++) {
        packets += rate(reports.get(report * ports + port));
      }
      nanos[report - 1] = 1e9 / packets;
    }
    Arrays.sort(nanos);
    return Map.of("32", new Measured(nanos[nanos.length / 2], Double.NaN, Double.NaN));
  }

  private static double rate(String line) {
    return Double.parseDouble(line.substring(SENT.length()).strip().split("\\s+")[0]);
  }
}
