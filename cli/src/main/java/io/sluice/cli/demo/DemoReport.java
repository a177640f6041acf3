package io.sluice.cli.demo;

import io.sluice.cli.Table;
import java.util.List;
import java.util.Map;

/** What the demo's processes said at their end, as a table and as the verdict. */
final class DemoReport {
  private final Map<String, String> traffic;
  private final List<Map<String, String>> processes;
  private final List<Map<String, String>> ports;
  private final Map<String, String> pool;
  private final long in;
  private final long out;
  private final long mismatched;
  private final long leaked;

  /** Takes the traffic's result line and the primary's report lines. */
  DemoReport(Child trafficChild, Child primary) {
    traffic = Child.words(trafficChild.last("result "));
    processes = primary.values("report process ");
    ports = primary.values("report port ");
    pool = Child.words(primary.last("report pool "));
    in = number(traffic, "sent");
    out = number(traffic, "received");
    mismatched = number(traffic, "mismatched");
    leaked = number(pool, "leaked");
  }

  private static long number(Map<String, String> words, String key) {
    return Long.parseLong(words.getOrDefault(key, "0"));
  }

  private long lost() {
    return Math.max(0, in - (out - mismatched));
  }

  boolean isGood(long wanted) {
    return in == wanted && out == wanted && lost() == 0 && leaked == 0 && mismatched == 0;
  }

  String table() {
    Table table = new Table("process or port", "packets", "bytes", "drops", "cycles per packet");
    table.add("traffic, sent", in, null, null, null);
    for (Map<String, String> port : ports) {
      table.add(
          "port " + port.get("name"),
          number(port, "rx") + number(port, "tx"),
          number(port, "rxbytes") + number(port, "txbytes"),
          number(port, "drops"),
          null);
    }
    for (Map<String, String> process : processes) {
      table.add(
          process.get("name").replace('_', ' '),
          number(process, "packets"),
          number(process, "bytes"),
          number(process, "drops"),
          number(process, "cyclesperpacket"));
    }
    table.add("monitor", 0, 0, 0, null);
    table.add("traffic, received", out, number(traffic, "bytes"), null, null);
    return table.toString();
  }

  /** Between which two counts frames are missing; empty if none are. */
  String whereLost() {
    StringBuilder text = new StringBuilder();
    long received = ports.stream().mapToLong(port -> number(port, "rx")).sum();
    long sent = ports.stream().mapToLong(port -> number(port, "tx")).sum();
    long worked =
        processes.stream()
            .filter(process -> process.get("name").startsWith("worker"))
            .mapToLong(process -> number(process, "packets"))
            .sum();
    step(text, "between the traffic and the receiving port", in - received);
    step(text, "between the receiving port and the workers", received - worked);
    step(text, "between the workers and the sending port", worked - sent);
    step(text, "between the sending port and the traffic", sent - out);
    if (mismatched > 0) {
      text.append("demo: ").append(mismatched).append(" frames came out that were not sent so\n");
    }
    if (leaked > 0) {
      text.append("demo: ").append(leaked).append(" mbufs never came back to their pool\n");
    }
    return text.toString();
  }

  private static void step(StringBuilder text, String where, long missing) {
    if (missing != 0) {
      text.append("demo: ").append(missing).append(" frames lost ").append(where).append('\n');
    }
  }

  String verdict() {
    return "demo: in="
        + in
        + " out="
        + out
        + " lost="
        + lost()
        + " leaked="
        + leaked
        + " mismatched="
        + mismatched;
  }
}
