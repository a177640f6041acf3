package io.sluice.samples.clientservermp;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.Mempool;
import io.sluice.nic.EthDev;
import io.sluice.platform.Errno;
import io.sluice.platform.IdleStrategy;
import io.sluice.platform.PollLoop;
import io.sluice.platform.SluiceException;
import io.sluice.primary.StopRequest;
import io.sluice.ring.Ring;
import io.sluice.samples.AppOptions;
import io.sluice.samples.Eal;
import picocli.CommandLine.Option;

/**
 * A secondary that takes packets off its ring and sends each by the neighbour of the port it came
 * in at, on the send queue of the client's number, which it claims first. That also makes it the
 * only one who takes from the ring.
 */
final class Client {
  private static final int BURST = 32;

  /** The options, those of DPDK's sample. */
  private static final class Options {
    private static final String USAGE = "client_server_mp client [EAL options] -- -n CLIENT_ID";

    @Option(names = "-n", required = true)
    int client;
  }

  /** The way out by one port. */
  private static final class Exit {
    private final EthDev port;
    private final long[] packets = new long[BURST];
    private int count;

    Exit(EthDev port) {
      this.port = port;
    }
  }

  private final PortInfo info;
  private final Ring ring;
  private final int client;
  private final Exit[] exits;

  /** By the port that a packet came in at. */
  private final Exit[] exitOf = new Exit[PortInfoLayout.MAX_PORTS];

  private final long[] packets = new long[BURST];

  private Client(Eal eal, PortInfo info, Ring ring, int client) {
    this.info = info;
    this.ring = ring;
    this.client = client;
    this.exits = new Exit[info.ports()];
    for (int i = 0; i < exits.length; i++) {
      exits[i] = new Exit(eal.ports().get(info.portId(i)));
      exits[i].port.claimTxQueue(client);
    }
    for (int i = 0; i < exits.length; i++) {
      exitOf[info.portId(i)] = exits[i ^ 1];
    }
  }

  static int run(String[] args) {
    try (StopRequest stop = new StopRequest();
        Eal eal = Eal.init(args)) {
      if (eal.isPrimary()) {
        throw new SluiceException(
            Errno.EINVAL, "a client is a secondary; take --proc-type=secondary");
      }
      int client = AppOptions.parse(new Options(), Options.USAGE, eal.appArguments()).client;
      PortInfo info = PortInfo.lookup(eal);
      Eal.found(Mempool.lookup(eal.memory(), Server.POOL), "mempool", Server.POOL);
      Ring ring = Ring.lookup(eal.memory(), ClientRing.name(client));
      if (ring == null) {
        throw new SluiceException(
            Errno.EINVAL, "-n " + client + ": the server has no client of that number; see its -n");
      }
      Client handler = new Client(eal, info, ring, client);
      System.err.println("APP: Finished Process Init.");
      System.out.printf(
          "%nClient process %d handling packets%n[Press Ctrl-C to quit ...]%n", client);
      eal.lcores()
          .runOnMain(
              new PollLoop(
                  () -> !stop.isRequested(), IdleStrategy.adaptive(), handler::handleBurst));
      return 0;
    }
  }

  private int handleBurst() {
    int count = ring.dequeueBurst(packets, 0, BURST);
    for (int i = 0; i < count; i++) {
      Exit exit = exitOf[Mbuf.port(packets[i])];
      exit.packets[exit.count++] = packets[i];
    }
    for (Exit exit : exits) {
      if (exit.count > 0) {
        send(exit);
      }
    }
    return count;
  }

  private void send(Exit exit) {
    int sent = exit.port.txBurst(client, exit.packets, 0, exit.count);
    info.addSent(client, exit.port.portId(), sent);
    if (sent < exit.count) {
      Mbuf.freeBulk(exit.packets, sent, exit.count - sent);
      info.addDropped(client, exit.port.portId(), exit.count - sent);
    }
    exit.count = 0;
  }
}
