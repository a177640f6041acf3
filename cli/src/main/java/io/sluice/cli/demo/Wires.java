package io.sluice.cli.demo;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.processes.NetworkNamespace;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Two network namespaces joined by two veth pairs: the ports in one, the traffic in the other. Both
 * are gone with {@link #close}.
 */
final class Wires implements Outside {
  private final Deque<NetworkNamespace> namespaces = new ArrayDeque<>();
  private final NetworkNamespace ports;
  private final NetworkNamespace traffic;

  Wires() {
    try {
      ports = add("ports");
      traffic = add("traffic");
      ports.join("port0", traffic, "gen0");
      ports.join("port1", traffic, "sink0");
    } catch (CommandFailure e) {
      close();
      throw new CommandFailure(e.getMessage() + "; --unprivileged needs none of it");
    }
  }

  private NetworkNamespace add(String end) {
    NetworkNamespace namespace =
        new NetworkNamespace("sluice-" + ProcessHandle.current().pid() + "-" + end);
    namespaces.push(namespace);
    return namespace;
  }

  @Override
  public List<String> vdevs() {
    return List.of("net_af_packet0,iface=port0", "net_af_packet1,iface=port1");
  }

  @Override
  public List<String> primaryLauncher() {
    return ports.launcher();
  }

  @Override
  public List<String> trafficLauncher() {
    return traffic.launcher();
  }

  @Override
  public List<String> trafficArguments() {
    return List.of("wire", "gen0", "sink0");
  }

  @Override
  public boolean startsBeforePorts() {
    return false;
  }

  @Override
  public String description() {
    return "AF_PACKET ports on veth pairs between two network namespaces";
  }

  @Override
  public void close() {
    namespaces.forEach(NetworkNamespace::close);
  }
}
