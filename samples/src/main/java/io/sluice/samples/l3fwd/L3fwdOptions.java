package io.sluice.samples.l3fwd;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.samples.AppOptions;
import io.sluice.samples.Ethernet;
import io.sluice.samples.PortMask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options of l3fwd, those of DPDK's sample for what this one does. */
final class L3fwdOptions {
  static final String USAGE =
      "l3fwd [EAL options] -- -p PORTMASK [-P] [-E | -L | --lookup=em|lpm]"
          + " --config=(PORT,QUEUE,LCORE)[,(PORT,QUEUE,LCORE)] [--rule_ipv4=FILE]"
          + " [--eth-dest=PORT,MM:MM:MM:MM:MM:MM] [--rx-queue-size=N] [--tx-queue-size=N] [-T PERIOD]";
  private static final Pattern TRIPLE = Pattern.compile("\\((\\d{1,3}),(\\d{1,3}),(\\d{1,3})\\)");

  /** A receive queue and the lcore that polls it. */
  record Polled(int port, int queue, int lcore) {}

  @Option(names = "-p", required = true)
  PortMask portMask;

  @Option(names = "-P")
  boolean promiscuous;

  @Option(names = "-E")
  boolean exact;

  @Option(names = "-L")
  boolean longestPrefix;

  @Option(names = "--lookup")
  String lookup;

  @Option(names = "--config", required = true)
  String config;

  @Option(names = "--rule_ipv4")
  Path rules;

  @Option(names = "--eth-dest")
  List<String> neighbours = new ArrayList<>();

  /** Seconds between two tables of statistics, as in l2fwd; DPDK's l3fwd shows none. */
  @Option(names = "-T")
  int period = 10;

  @Option(names = "--rx-queue-size")
  int rxQueueSize = 1024;

  @Option(names = "--tx-queue-size")
  int txQueueSize = 1024;

  private L3fwdOptions() {}

  static L3fwdOptions parse(String... args) {
    L3fwdOptions options = AppOptions.parse(new L3fwdOptions(), USAGE, args);
    int modes = (options.exact ? 1 : 0) + (options.longestPrefix ? 1 : 0);
    if (modes + (options.lookup == null ? 0 : 1) > 1) {
      throw error("only one of -E, -L and --lookup may be given");
    }
    if (options.lookup != null && !options.lookup.matches("em|lpm")) {
      throw error("--lookup '" + options.lookup + "' is not em or lpm");
    }
    options.exact |= "em".equals(options.lookup);
    return options;
  }

  /** The table, from the rule file or DPDK's defaults. */
  Lookup table() {
    if (exact) {
      return rules == null ? RouteFile.defaultExactMatch() : RouteFile.exactMatch(rules);
    }
    return rules == null ? RouteFile.defaultLongestPrefix() : RouteFile.longestPrefix(rules);
  }

  /** What {@code --config} says. */
  List<Polled> polled() {
    if (!config.matches("(\\(\\d{1,3},\\d{1,3},\\d{1,3}\\),?)+")) {
      throw error("--config '" + config + "' is not a list like (0,0,1),(1,0,2): port,queue,lcore");
    }
    List<Polled> polled = new ArrayList<>();
    Matcher triple = TRIPLE.matcher(config);
    while (triple.find()) {
      Polled each =
          new Polled(
              Integer.parseInt(triple.group(1)),
              Integer.parseInt(triple.group(2)),
              Integer.parseInt(triple.group(3)));
      if (!portMask.has(each.port)) {
        throw error("--config names port " + each.port + ", which -p does not enable");
      }
      if (polled.stream().anyMatch(p -> p.port == each.port && p.queue == each.queue)) {
        throw error("--config names queue %d of port %d twice".formatted(each.queue, each.port));
      }
      polled.add(each);
    }
    return polled;
  }

  /** The destination address of what leaves by each port, where {@code --eth-dest} says. */
  Map<Integer, byte[]> destinations() {
    Map<Integer, byte[]> destinations = new TreeMap<>();
    for (String text : neighbours) {
      int comma = text.indexOf(',');
      byte[] address = Ethernet.parse(text.substring(comma + 1));
      if (comma < 1 || address == null || !text.substring(0, comma).matches("\\d{1,3}")) {
        throw error(
            "--eth-dest '" + text + "' is not a port and an address like 0,02:00:00:00:00:01");
      }
      destinations.put(Integer.parseInt(text.substring(0, comma)), address);
    }
    return destinations;
  }

  private static SluiceException error(String what) {
    return new SluiceException(Errno.EINVAL, what);
  }
}
