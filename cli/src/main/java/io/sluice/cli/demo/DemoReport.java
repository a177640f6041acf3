package io.sluice.cli.demo;

import io.sluice.cli.Table;
import io.sluice.cli.processes.Said;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the demo's processes said at their end, as a table and as the verdict. */
final class DemoReport {
  private final Map<String, String> traffic;
  private final List<Map<String, String>> processes;
  private final List<Map<String, String>> ports;
  private final Map<String, String> pool;
  private final boolean isReported;
  private final long in;
  private final long out;
  private final long mismatched;
  private final long leaked;

  /**
   * Takes the traffic's result and the primary's report; of one that was killed, what was last seen
   * of it.
   */
  DemoReport(Said trafficSaid, Said primary, Said monitor, List<Said> workers) {
    String result = trafficSaid.last("result ");
    traffic = Said.words(result != null ? result : trafficSaid.last("progress "));
    String poolLine = primary.last("report pool ");
    isReported = poolLine != null;
    if (isReported) {
      processes = primary.values("report process ");
      ports = primary.values("report port ");
    } else {
      processes = new ArrayList<>();
      ports = new ArrayList<>();
      takeLastSeen(monitor.last("monitor: "));
      workers.forEach(this::takeOwnDrops);
    }
    pool = Said.words(poolLine);
    in = Said.number(traffic, "sent");
    out = Said.number(traffic, "received");
    mismatched = Said.number(traffic, "mismatched");
    leaked = Said.number(pool, "leaked");
  }

  /** A monitor's line: ports with {@code rx=} and {@code tx=} behind them, then processes. */
  private void takeLastSeen(String line) {
    for (String word : line.substring(line.indexOf(':') + 1).strip().split(" ")) {
      int equals = word.indexOf('=');
      if (equals < 0) {
        ports.add(new HashMap<>(Map.of("name", word)));
      } else if (word.startsWith("rx=") || word.startsWith("tx=")) {
        ports.get(ports.size() - 1).putAll(Said.words(word));
      } else {
        String name = word.substring(0, equals).replaceFirst("(?=\\d)", " ");
        processes.add(new HashMap<>(Map.of("name", name, "packets", word.substring(equals + 1))));
      }
    }
  }

  /** Of a worker that ended in order: {@code worker 0: ... drops=N}. */
  private void takeOwnDrops(Said worker) {
    String line = worker.last("worker ");
    String drops = Said.words(line).get("drops");
    for (Map<String, String> process : processes) {
      if (drops != null && line.startsWith(process.get("name") + ":")) {
        process.put("drops", drops);
      }
    }
  }

  /** Null if nobody has said. */
  private static Long known(Map<String, String> words, String key) {
    return words.containsKey(key) ? Long.valueOf(words.get(key)) : null;
  }

  /** Null if nobody has said, and of no packets. */
  private static Long cyclesPerPacket(Map<String, String> words, long packets) {
    return packets == 0 ? null : known(words, "cyclesperpacket");
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
          Said.number(port, "rx") + Said.number(port, "tx"),
          isReported ? Said.number(port, "rxbytes") + Said.number(port, "txbytes") : null,
          known(port, "drops"),
          cyclesPerPacket(port, Said.number(port, "rx") + Said.number(port, "tx")));
    }
    for (Map<String, String> process : processes) {
      String name = process.get("name").replace('_', ' ');
      table.add(
          name,
          Said.number(process, "packets"),
          known(process, "bytes"),
          name.equals("primary") ? known(pool, "undelivered") : known(process, "drops"),
          cyclesPerPacket(process, Said.number(process, "packets")));
    }
    // It touches no packet.
    table.add("monitor", null, null, null, null);
    table.add("traffic, received", out, known(traffic, "bytes"), null, null);
    return table.toString();
  }

  /** Between which two counts frames are missing; empty if none are. */
  String whereLost() {
    StringBuilder text = new StringBuilder();
    if (!isReported) {
      text.append(
          "demo: the primary could not report: its counts are those that the monitor saw\n");
    }
    long worked =
        processes.stream()
            .filter(process -> process.get("name").startsWith("worker"))
            .mapToLong(process -> Said.number(process, "packets"))
            .sum();
    // Who was killed has counted less than passed: what was seen behind it has passed it.
    long sent = Math.max(ports.stream().mapToLong(port -> Said.number(port, "tx")).sum(), out);
    long passed = Math.max(worked, sent);
    long received =
        Math.max(ports.stream().mapToLong(port -> Said.number(port, "rx")).sum(), passed);
    step(text, "between the traffic and the receiving port", in - received);
    step(text, "between the receiving port and the workers", received - passed);
    step(text, "between the workers and the sending port", passed - sent);
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
    if (missing > 0) {
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
