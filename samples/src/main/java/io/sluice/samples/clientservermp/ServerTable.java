package io.sluice.samples.clientservermp;

import io.sluice.nic.EthDev;
import io.sluice.primary.StopRequest;
import io.sluice.samples.Ethernet;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The server's view of ports and clients, as DPDK's sample shows it. */
final class ServerTable {
  private static final long SECOND = 1_000_000_000L;

  private final PortInfo info;
  private final List<EthDev> ports;
  private final ClientRing[] clients;

  ServerTable(PortInfo info, List<EthDev> ports, ClientRing... clients) {
    this.info = info;
    this.ports = ports;
    this.clients = clients;
  }

  /** Prints the table each second until the stop signal. */
  int show(StopRequest stop) {
    long shown = System.nanoTime();
    while (!stop.isRequested()) {
      LockSupport.parkNanos(SECOND / 20);
      if (System.nanoTime() - shown >= SECOND) {
        shown = System.nanoTime();
        print();
      }
    }
    return 0;
  }

  void print() {
    StringBuilder text = new StringBuilder("\nPORTS\n-----\n");
    for (EthDev port : ports) {
      String address = Ethernet.format(port.macAddr());
      text.append("Port %d: '%s'\t".formatted(port.portId(), address));
    }
    text.append("\n\n");
    for (int i = 0; i < ports.size(); i++) {
      int portId = ports.get(i).portId();
      long sent = 0;
      for (int client = 0; client < clients.length; client++) {
        sent += info.sent(client, portId);
      }
      text.append("Port %d - rx: %9d\ttx: %9d%n".formatted(portId, info.received(i), sent));
    }
    text.append("\nCLIENTS\n-------\n");
    for (int client = 0; client < clients.length; client++) {
      long sent = 0;
      long dropped = 0;
      for (EthDev port : ports) {
        sent += info.sent(client, port.portId());
        dropped += info.dropped(client, port.portId());
      }
      long given = clients[client].counters().received();
      long lost = clients[client].counters().dropped();
      text.append("Client %2d - rx: %9d, rx_drop: %9d%n".formatted(client, given, lost));
      text.append("            tx: %9d, tx_drop: %9d%n".formatted(sent, dropped));
    }
    System.out.println(text);
    System.out.flush();
  }
}
