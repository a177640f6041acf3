package io.sluice.samples.clientservermp;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.nic.EthDev;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.primary.StopRequest;
import io.sluice.ring.Ring;
import io.sluice.samples.AppOptions;
import io.sluice.samples.Eal;
import io.sluice.samples.LcoreLoop;
import io.sluice.samples.PortMask;
import io.sluice.samples.PortSetup;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * The primary. Reads all ports on its main lcore and deals the packets out to the clients in turn;
 * another lcore, if there is one, shows the counts each second. The ports' send queues are the
 * clients', one each.
 */
final class Server {
  static final String POOL = "MProc_pktmbuf_pool";

  private static final int RING_SIZE = 128;
  private static final int BURST = 32;

  /** The options, those of DPDK's sample. */
  private static final class Options {
    private static final String USAGE =
        "client_server_mp server [EAL options] -- -p PORTMASK -n NUM_CLIENTS";

    @Option(names = "-p", required = true)
    PortMask portMask;

    @Option(names = "-n", required = true)
    int clients;
  }

  private final List<EthDev> ports;
  private final PortInfo info;
  private final ClientRing[] clients;
  private int next;

  private Server(List<EthDev> ports, PortInfo info, ClientRing... clients) {
    this.ports = ports;
    this.info = info;
    this.clients = clients;
  }

  static int run(String[] args) {
    try (StopRequest stop = new StopRequest();
        Eal eal = Eal.init(args)) {
      requirePrimary(eal);
      Options options = AppOptions.parse(new Options(), Options.USAGE, eal.appArguments());
      if (options.clients < 1 || options.clients > PortInfoLayout.MAX_CLIENTS) {
        throw new SluiceException(
            Errno.EINVAL, "-n " + options.clients + " is not 1 to " + PortInfoLayout.MAX_CLIENTS);
      }
      List<EthDev> ports = options.portMask.pairs(eal.ports());
      startPorts(eal, ports, options.clients);
      ClientRing[] clients = new ClientRing[options.clients];
      for (int i = 0; i < clients.length; i++) {
        String name = ClientRing.name(i);
        int flags = Ring.SP_ENQ | Ring.SC_DEQ;
        clients[i] =
            new ClientRing(Ring.create(eal.memory(), name, RING_SIZE, eal.socket(), flags), BURST);
      }
      // Last, since it is what a client takes for the sign that all is there.
      PortInfo info = PortInfo.create(eal, ports);
      System.err.println("APP: Finished Process Init.");
      new Server(ports, info, clients).serve(eal, stop);
      return 0;
    }
  }

  private static void requirePrimary(Eal eal) {
    if (!eal.isPrimary()) {
      throw new SluiceException(
          Errno.EINVAL, "the server is the primary; take --proc-type=primary, or be a client");
    }
  }

  private static void startPorts(Eal eal, List<EthDev> ports, int clients) {
    int buffers = ports.size() * PortSetup.DESCRIPTORS * (1 + clients) + clients * RING_SIZE;
    Mempool pool = PortSetup.pool(eal, POOL, buffers, clients + 1);
    System.out.printf("Creating mbuf pool '%s' [%d mbufs] ...%n", POOL, pool.size());
    for (EthDev port : ports) {
      System.out.printf("Port %d init ... ", port.portId());
      PortSetup.start(eal, port, 1, clients, PortSetup.DESCRIPTORS, PortSetup.DESCRIPTORS, pool);
      port.setPromiscuous(true);
      port.claimRxQueue(0);
      System.out.println("done");
    }
  }

  private void serve(Eal eal, StopRequest stop) {
    ServerTable table = new ServerTable(info, ports, clients);
    List<Integer> workers = eal.lcores().workerLcores();
    if (!workers.isEmpty()) {
      System.out.printf("Core %d displaying statistics%n", workers.get(0));
      eal.lcores().remoteLaunch(workers.get(0), () -> table.show(stop));
    }
    LcoreLoop loop = new LcoreLoop(stop);
    long[] packets = new long[BURST];
    for (int i = 0; i < ports.size(); i++) {
      int index = i;
      loop.poll(() -> receive(index, packets));
    }
    eal.lcores().runOnMain(loop);
    eal.lcores().mpWaitLcore();
    ports.forEach(EthDev::stop);
    table.print();
  }

  private int receive(int index, long[] packets) {
    EthDev port = ports.get(index);
    int count = port.rxBurst(0, packets, 0, BURST);
    if (count > 0) {
      info.addReceived(index, count);
      deal(port.portId(), packets, count);
    }
    return count;
  }

  /** Deals a burst out one packet at a time, going on where the last one ended. */
  private void deal(int portId, long[] packets, int count) {
    for (int i = 0; i < count; i++) {
      // A client goes by it, and net_ring leaves it as whoever sent the packet had it.
      Mbuf.setPort(packets[i], portId);
      clients[next].add(packets[i]);
      next = next + 1 == clients.length ? 0 : next + 1;
    }
    for (ClientRing client : clients) {
      client.flush();
    }
  }
}
