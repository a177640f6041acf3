package io.sluice.samples.l3fwd;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Routes in DPDK's own file format: a line per route that starts with {@code R}, {@code #} for
 * comments.
 *
 * <pre>
 * R198.18.1.0/24 1                     longest prefix: network, port
 * R198.18.1.0 198.18.1.1 9 9 0x11 1    exact match: destination, source, destination port,
 *                                      source port, protocol, port
 * </pre>
 *
 * <p>Without a file the tables are those of DPDK's default files: networks 198.18.0.0/24 to
 * 198.18.15.0/24, of the block that RFC 2544 sets aside for benchmarks, to ports 0 to 15.
 */
final class RouteFile {
  private static final int DEFAULT_ROUTES = 16;
  private static final int DISCARD_PORT = 9;

  private RouteFile() {}

  static Lpm longestPrefix(Path file) {
    Lpm lpm = new Lpm();
    for (Line line : lines(file)) {
      line.requireWords(2, "R<network>/<length> <port>");
      String[] prefix = line.words[0].split("/", -1);
      if (prefix.length != 2) {
        throw line.error("'" + line.words[0] + "' is not a prefix like 198.18.0.0/24");
      }
      lpm.add(line.address(prefix[0]), line.number(prefix[1], 32), line.number(line.words[1], 255));
    }
    return lpm;
  }

  static ExactMatch exactMatch(Path file) {
    ExactMatch table = new ExactMatch();
    for (Line line : lines(file)) {
      line.requireWords(6, "R<destination> <source> <dport> <sport> <protocol> <port>");
      table.add(
          line.address(line.words[0]),
          line.address(line.words[1]),
          line.number(line.words[2], 0xffff),
          line.number(line.words[3], 0xffff),
          line.number(line.words[4], 0xff),
          line.number(line.words[5], 255));
    }
    return table;
  }

  static Lpm defaultLongestPrefix() {
    Lpm lpm = new Lpm();
    for (int port = 0; port < DEFAULT_ROUTES; port++) {
      lpm.add(benchmarkHost(port, 0), 24, port);
    }
    return lpm;
  }

  static ExactMatch defaultExactMatch() {
    ExactMatch table = new ExactMatch();
    for (int port = 0; port < DEFAULT_ROUTES; port++) {
      table.add(
          benchmarkHost(port, 0),
          benchmarkHost(port, 1),
          DISCARD_PORT,
          DISCARD_PORT,
          Ipv4.UDP,
          port);
    }
    return table;
  }

  private static int benchmarkHost(int network, int host) {
    return 198 << 24 | 18 << 16 | network << 8 | host;
  }

  private static List<Line> lines(Path file) {
    List<String> texts;
    try {
      texts = Files.readAllLines(file);
    } catch (IOException e) {
      throw new SluiceException(
          Errno.ENOENT, "cannot read the routes of " + file + ": " + e.getClass().getSimpleName());
    }
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i).strip();
      if (!text.isEmpty() && text.charAt(0) != '#') {
        lines.add(new Line(file + " line " + (i + 1), text));
      }
    }
    if (lines.isEmpty()) {
      throw new SluiceException(
          Errno.EINVAL, file + " holds no route; a line reads like 'R198.18.0.0/24 0'");
    }
    return lines;
  }

  /** One route line, with where it stands. */
  private static final class Line {
    private final String place;
    private final String[] words;

    Line(String place, String text) {
      this.place = place;
      if (text.charAt(0) != 'R') {
        throw error("'" + text + "' does not start with R");
      }
      this.words = text.substring(1).strip().split("\\s+");
    }

    void requireWords(int count, String form) {
      if (words.length != count) {
        throw error(words.length + " fields, expected " + count + ": " + form);
      }
    }

    int number(String text, int max) {
      try {
        int value = Integer.decode(text);
        if (value >= 0 && value <= max) {
          return value;
        }
      } catch (NumberFormatException e) {
        // said below, with the range
      }
      throw error("'" + text + "' is not a number from 0 to " + max);
    }

    int address(String text) {
      String[] bytes = text.split("\\.", -1);
      if (bytes.length != 4) {
        throw error("'" + text + "' is not an IPv4 address");
      }
      int address = 0;
      for (String each : bytes) {
        address = address << 8 | number(each, 255);
      }
      return address;
    }

    SluiceException error(String what) {
      return new SluiceException(Errno.EINVAL, place + ": " + what);
    }
  }
}
