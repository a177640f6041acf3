package io.sluice.samples.l2fwd;

import io.sluice.nic.EthDev;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.samples.AppOptions;
import io.sluice.samples.PortMask;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options of l2fwd, those of DPDK's sample. */
final class L2fwdOptions {
  static final String USAGE =
      "l2fwd [EAL options] -- -p PORTMASK [-P] [-q NQ] [-T PERIOD] [--no-mac-updating]"
          + " [--portmap=(PORT,PORT)[,(PORT,PORT)]]";
  private static final Pattern PAIR = Pattern.compile("\\((\\d{1,3}),(\\d{1,3})\\)");
  private static final int MAX_PORTS_PER_LCORE = 16;
  private static final int MAX_PERIOD = 86_400;

  @Option(names = "-p", required = true)
  PortMask portMask;

  @Option(names = "-P")
  boolean promiscuous;

  @Option(names = "-q")
  int portsPerLcore = 1;

  /** Seconds between two tables of statistics; 0 for none. */
  @Option(names = "-T")
  int period = 10;

  @Option(names = "--no-mac-updating")
  boolean keepMac;

  @Option(names = "--portmap")
  String portMap;

  private L2fwdOptions() {}

  static L2fwdOptions parse(String... args) {
    L2fwdOptions options = AppOptions.parse(new L2fwdOptions(), USAGE, args);
    require("-q", options.portsPerLcore, 1, MAX_PORTS_PER_LCORE - 1);
    require("-T", options.period, 0, MAX_PERIOD);
    return options;
  }

  private static void require(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new SluiceException(
          Errno.EINVAL, option + " " + value + " is not " + min + " to " + max);
    }
  }

  /**
   * Where each port's frames go, by id: as {@code --portmap} says, else neighbours in the mask in
   * pairs; a last port without a partner sends back to itself. With a map only its ports take part.
   */
  Map<Integer, Integer> destinations(List<EthDev> ports) {
    return portMap == null ? neighbours(ports) : mapped(ports);
  }

  private static Map<Integer, Integer> neighbours(List<EthDev> ports) {
    Map<Integer, Integer> destinations = new HashMap<>();
    for (int i = 0; i < ports.size(); i++) {
      int partner = (i ^ 1) < ports.size() ? i ^ 1 : i;
      destinations.put(ports.get(i).portId(), ports.get(partner).portId());
    }
    return destinations;
  }

  private Map<Integer, Integer> mapped(List<EthDev> ports) {
    if (!portMap.matches("(\\(\\d{1,3},\\d{1,3}\\),?)+")) {
      throw new SluiceException(
          Errno.EINVAL, "--portmap '" + portMap + "' is not a list of pairs like (0,1),(2,3)");
    }
    Map<Integer, Integer> destinations = new HashMap<>();
    Matcher pair = PAIR.matcher(portMap);
    while (pair.find()) {
      int one = Integer.parseInt(pair.group(1));
      int other = Integer.parseInt(pair.group(2));
      for (int id : new int[] {one, other}) {
        if (ports.stream().noneMatch(port -> port.portId() == id)) {
          throw new SluiceException(
              Errno.EINVAL, "--portmap names port " + id + ", which -p does not enable");
        }
      }
      if (destinations.put(one, other) != null
          | (one != other && destinations.put(other, one) != null)) {
        throw new SluiceException(
            Errno.EINVAL, "--portmap '" + portMap + "' has a port in two pairs");
      }
    }
    return destinations;
  }
}
