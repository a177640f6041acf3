package io.sluice.samples.l3fwd;

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
 * {@code l3fwd}: an IPv4 router. Each lcore polls the queues that {@code --config} gives it and has
 * a transmit queue of its own on every port.
 */
public final class L3fwd implements Sample {
  private static final int BURST = 32;

  @Override
  public String name() {
    return "l3fwd";
  }

  @Override
  public String summary() {
    return "routes IPv4 packets by longest prefix or exact match";
  }

  @Override
  public String usage() {
    return L3fwdOptions.USAGE;
  }

  @Override
  public int run(String[] args) {
    try (StopRequest stop = new StopRequest();
        Eal eal = Eal.init(args)) {
      L3fwdOptions options = L3fwdOptions.parse(eal.appArguments());
      new Run(eal, stop, options, options.portMask.ports(eal.ports()), options.polled()).run();
      return 0;
    }
  }

  /** One run, from the ports' start to their stop. */
  private record Run(
      Eal eal,
      StopRequest stop,
      L3fwdOptions options,
      List<EthDev> ports,
      List<L3fwdOptions.Polled> polled) {

    void run() {
      Lookup lookup = options.table();
      List<Integer> lcores = polled.stream().map(L3fwdOptions.Polled::lcore).distinct().toList();
      for (int lcore : lcores) {
        if (!eal.lcores().enabledLcores().contains(lcore)) {
          throw new SluiceException(
              Errno.EINVAL, "--config names lcore " + lcore + ", which -l does not enable");
        }
      }
      startPorts(lcores.size());
      // Indexed by lcore as well: a count has one writer.
      Map<Integer, Map<Integer, PortCounters>> counters = new TreeMap<>();
      Map<Integer, LcoreLoop> loops = new TreeMap<>();
      for (int queue = 0; queue < lcores.size(); queue++) {
        int lcore = lcores.get(queue);
        Map<Integer, PortCounters> own = new TreeMap<>();
        ports.forEach(port -> own.put(port.portId(), new PortCounters()));
        counters.put(lcore, own);
        loops.put(lcore, loop(lcore, queue, own, lookup));
      }
      StatisticsTable table = new StatisticsTable("l3fwd", ports, counters.values());
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

    private LcoreLoop loop(
        int lcore, int txQueue, Map<Integer, PortCounters> counters, Lookup lookup) {
      LcoreLoop loop = new LcoreLoop(stop);
      Router.Exit[] exits = new Router.Exit[ports.get(ports.size() - 1).portId() + 1];
      Map<Integer, byte[]> destinations = options.destinations();
      for (EthDev port : ports) {
        int id = port.portId();
        TxBuffer out = new TxBuffer(port, txQueue, BURST, counters.get(id));
        byte[] destination = destinations.getOrDefault(id, Ethernet.neighbour(id));
        exits[id] = new Router.Exit(out, new EthernetAddresses(destination, port.macAddr()));
        loop.drain(out);
      }
      for (L3fwdOptions.Polled each : polled) {
        if (each.lcore() == lcore) {
          EthDev port = eal.ports().get(each.port());
          loop.poll(new Router(port, each.queue(), lookup, exits, counters.get(each.port())));
          System.out.printf(
              "Lcore %d: RX port %d queue %d, TX queue %d%n",
              lcore, each.port(), each.queue(), txQueue);
        }
      }
      return loop;
    }

    private void startPorts(int lcores) {
      int queues = polled.size() * options.rxQueueSize;
      queues += ports.size() * lcores * (options.txQueueSize + BURST);
      Mempool pool = PortSetup.pool(eal, "mbuf_pool_0:0", queues, lcores);
      for (EthDev port : ports) {
        int id = port.portId();
        int rxQueues = (int) polled.stream().filter(each -> each.port() == id).count();
        if (polled.stream().anyMatch(each -> each.port() == id && each.queue() >= rxQueues)) {
          throw new SluiceException(
              Errno.EINVAL,
              "--config must number the queues of port " + id + " from 0 without a gap");
        }
        System.out.printf("Initializing port %d... ", id);
        PortSetup.start(
            eal, port, rxQueues, lcores, options.rxQueueSize, options.txQueueSize, pool);
        if (options.promiscuous) {
          port.setPromiscuous(true);
        }
        System.out.printf("done%nPort %d, MAC address: %s%n", id, Ethernet.format(port.macAddr()));
      }
    }
  }
}
