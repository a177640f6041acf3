package io.sluice.samples.l2fwd;

import io.sluice.cli.Sample;
import io.sluice.mempool.Mempool;
import io.sluice.nic.EthDev;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.primary.StopRequest;
import io.sluice.samples.Eal;
import io.sluice.samples.Ethernet;
import io.sluice.samples.EthernetAddresses;
import io.sluice.samples.LcoreLoop;
import io.sluice.samples.PortCounters;
import io.sluice.samples.PortSetup;
import io.sluice.samples.StatisticsTable;
import io.sluice.samples.TxBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code l2fwd}: each enabled port's frames go out of its partner, with the partner's MAC address
 * as source and 02:00:00:00:00:PARTNER as destination. Each lcore polls its own ports to
 * completion.
 */
public final class L2fwd implements Sample {
  private static final int BURST = 32;

  @Override
  public String name() {
    return "l2fwd";
  }

  @Override
  public String summary() {
    return "forwards frames between pairs of ports and rewrites their MAC addresses";
  }

  @Override
  public String usage() {
    return L2fwdOptions.USAGE;
  }

  @Override
  public int run(String[] args) {
    try (StopRequest stop = new StopRequest();
        Eal eal = Eal.init(args)) {
      L2fwdOptions options = L2fwdOptions.parse(eal.appArguments());
      System.out.println("MAC updating " + (options.keepMac ? "disabled" : "enabled"));
      List<EthDev> ports = options.portMask.ports(eal.ports());
      Map<Integer, Integer> destinations = options.destinations(ports);
      ports.removeIf(port -> !destinations.containsKey(port.portId()));
      new Run(eal, stop, options, ports, destinations).run();
      return 0;
    }
  }

  /** One run, from the ports' start to their stop. */
  private record Run(
      Eal eal,
      StopRequest stop,
      L2fwdOptions options,
      List<EthDev> ports,
      Map<Integer, Integer> destinations) {

    void run() {
      Map<Integer, PortCounters> counters = new TreeMap<>();
      ports.forEach(port -> counters.put(port.portId(), new PortCounters()));
      StatisticsTable table = new StatisticsTable("l2fwd", ports, List.of(counters));
      Map<Integer, LcoreLoop> loops = loops(counters);
      startPorts();
      LcoreLoop main =
          loops
              .computeIfAbsent(eal.lcores().mainLcore(), lcore -> new LcoreLoop(stop))
              .atDrain(table.every(options.period));
      for (int lcore : eal.lcores().workerLcores()) {
        if (loops.containsKey(lcore)) {
          eal.lcores().remoteLaunch(lcore, loops.get(lcore));
        }
      }
      eal.lcores().runOnMain(main);
      eal.lcores().mpWaitLcore();
      ports.forEach(EthDev::stop);
      table.print();
    }

    /** Shares the ports out over the lcores, in order of both. */
    private Map<Integer, LcoreLoop> loops(Map<Integer, PortCounters> counters) {
      Map<Integer, LcoreLoop> loops = new TreeMap<>();
      List<Integer> lcores = eal.lcores().enabledLcores();
      for (int i = 0; i < ports.size(); i++) {
        if (i / options.portsPerLcore >= lcores.size()) {
          throw new SluiceException(
              Errno.EINVAL,
              "%d ports at %d per lcore need more than the %d lcores of -l; raise -q"
                  .formatted(ports.size(), options.portsPerLcore, lcores.size()));
        }
        int lcore = lcores.get(i / options.portsPerLcore);
        EthDev port = ports.get(i);
        EthDev destination = eal.ports().get(destinations.get(port.portId()));
        TxBuffer out = new TxBuffer(destination, 0, BURST, counters.get(destination.portId()));
        loops
            .computeIfAbsent(lcore, id -> new LcoreLoop(stop))
            .drain(out)
            .poll(
                new Forwarder(
                    port,
                    counters.get(port.portId()),
                    out,
                    options.keepMac
                        ? null
                        : new EthernetAddresses(
                            Ethernet.neighbour(destination.portId()), destination.macAddr())));
        System.out.printf(
            "Lcore %d: RX port %d TX port %d%n", lcore, port.portId(), destination.portId());
      }
      return loops;
    }

    private void startPorts() {
      int buffers = ports.size() * (2 * PortSetup.DESCRIPTORS + BURST);
      Mempool pool = PortSetup.pool(eal, "mbuf_pool", buffers, eal.lcores().enabledLcores().size());
      for (EthDev port : ports) {
        System.out.printf("Initializing port %d... ", port.portId());
        PortSetup.start(eal, port, 1, 1, PortSetup.DESCRIPTORS, PortSetup.DESCRIPTORS, pool);
        if (options.promiscuous) {
          port.setPromiscuous(true);
        }
        System.out.printf(
            "done%nPort %d, MAC address: %s%n", port.portId(), Ethernet.format(port.macAddr()));
      }
    }
  }
}
