package io.sluice.samples.symmetricmp;

import io.sluice.cli.Sample;
import io.sluice.mempool.Mempool;
import io.sluice.nic.EthDev;
import io.sluice.platform.Errno;
import io.sluice.platform.Lcore;
import io.sluice.platform.SluiceException;
import io.sluice.primary.StopRequest;
import io.sluice.samples.Eal;
import io.sluice.samples.LcoreLoop;
import io.sluice.samples.PortCounters;
import io.sluice.samples.PortSetup;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.IntSupplier;

/**
 * {@code symmetric_mp}: every process runs the same loop on queue {@code --proc-id} of the same
 * ports, which it claims first, so that no two processes poll one; only the primary sets the ports
 * up. What comes in at a port leaves by its neighbour.
 */
public final class SymmetricMp implements Sample {
  private static final String POOL = "SMP_MBUF_POOL";

  @Override
  public String name() {
    return "symmetric_mp";
  }

  @Override
  public String summary() {
    return "equal processes forward between the same ports, each on its own queues";
  }

  @Override
  public String usage() {
    return SymmetricMpOptions.USAGE;
  }

  @Override
  public int run(String[] args) {
    try (StopRequest stop = new StopRequest();
        Eal eal = Eal.init(args)) {
      SymmetricMpOptions options = SymmetricMpOptions.parse(eal.isPrimary(), eal.appArguments());
      List<EthDev> ports = options.portMask.pairs(eal.ports());
      if (eal.isPrimary()) {
        startPorts(eal, ports, options.processes);
      } else {
        Eal.found(Mempool.lookup(eal.memory(), POOL), "mempool", POOL);
      }
      ports.forEach(port -> claim(port, options.id));
      forward(eal, stop, ports, options.id);
      if (eal.isPrimary()) {
        ports.forEach(EthDev::stop);
      }
      return 0;
    }
  }

  private static void startPorts(Eal eal, List<EthDev> ports, int processes) {
    int buffers = ports.size() * processes * 2 * PortSetup.DESCRIPTORS;
    Mempool pool = PortSetup.pool(eal, POOL, buffers, processes);
    for (EthDev port : ports) {
      System.out.printf("# Initialising port %d... ", port.portId());
      PortSetup.start(
          eal, port, processes, processes, PortSetup.DESCRIPTORS, PortSetup.DESCRIPTORS, pool);
      port.setPromiscuous(true);
      System.out.println("done");
    }
  }

  /** Makes a queue of both directions this process's, until the process ends. */
  private static void claim(EthDev port, int queue) {
    if (queue >= port.rxQueues()) {
      throw new SluiceException(
          Errno.EINVAL,
          "--proc-id %d: port %s has %d queues, which the primary makes, one for each of --num-procs"
              .formatted(queue, port.name(), port.rxQueues()));
    }
    port.claimRxQueue(queue);
    port.claimTxQueue(queue);
  }

  /** Shares the pairs of ports out over the lcores, runs them, and says what was forwarded. */
  private static void forward(Eal eal, StopRequest stop, List<EthDev> ports, int queue) {
    Map<EthDev, PortCounters> counters = new LinkedHashMap<>();
    ports.forEach(port -> counters.put(port, new PortCounters()));
    Map<Integer, IntSupplier> tasks = new HashMap<>();
    List<Integer> lcores = eal.lcores().enabledLcores();
    int pairs = ports.size() / 2;
    int first = 0;
    for (int i = 0; i < lcores.size(); i++) {
      // As many in a row for each, and one more for the first ones.
      int share = pairs / lcores.size() + (i < pairs % lcores.size() ? 1 : 0);
      List<EthDev> own = ports.subList(first, first + 2 * share);
      first += own.size();
      tasks.put(lcores.get(i), () -> runLcore(stop, own, counters, queue));
    }
    System.err.println("APP: Finished Process Init.");
    eal.lcores().mpRemoteLaunch(() -> tasks.get(Lcore.id()).getAsInt(), true);
    eal.lcores().mpWaitLcore();
    StringBuilder text = new StringBuilder("\nExiting on signal\n\n");
    counters.forEach(
        (port, counter) ->
            text.append(
                "Port %d: RX - %d, TX - %d, Drop - %d%n"
                    .formatted(
                        port.portId(), counter.received(), counter.sent(), counter.dropped())));
    System.out.print(text);
    System.out.flush();
  }

  private static int runLcore(
      StopRequest stop, List<EthDev> ports, Map<EthDev, PortCounters> counters, int queue) {
    if (ports.isEmpty()) {
      System.out.printf("Lcore %d has nothing to do%n", Lcore.id());
      return 0;
    }
    LcoreLoop loop = new LcoreLoop(stop);
    StringJoiner ids = new StringJoiner(" ");
    for (int i = 0; i < ports.size(); i++) {
      EthDev from = ports.get(i);
      EthDev to = ports.get(i ^ 1);
      loop.poll(new Forwarder(from, counters.get(from), to, counters.get(to), queue));
      ids.add(String.valueOf(from.portId()));
    }
    System.out.printf(
        "Lcore %1$d using ports %2$s%nlcore %1$d using queue %3$d of each port%n",
        Lcore.id(), ids, queue);
    return loop.getAsInt();
  }
}
