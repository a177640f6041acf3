package io.sluice.cli.demo;

import io.sluice.cli.CommandFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Two network namespaces joined by two veth pairs: the ports in one, the traffic in the other. Both
 * are gone with {@link #close}. IPv6 is off in them, so that no frame is there but the demo's.
 */
final class Wires implements Outside {
  private final String ports = "sluice-" + ProcessHandle.current().pid() + "-ports";
  private final String traffic = "sluice-" + ProcessHandle.current().pid() + "-traffic";
  private final Deque<String> namespaces = new ArrayDeque<>();

  Wires() {
    try {
      add(ports);
      add(traffic);
      pair("port0", "gen0");
      pair("port1", "sink0");
    } catch (CommandFailure e) {
      close();
      throw e;
    }
  }

  private void add(String name) {
    // Before it is there: a command that is interrupted may have made half of it.
    namespaces.push(name);
    run("ip netns add " + name);
    for (String scope : List.of("all", "default")) {
      run("ip netns exec " + name + " sysctl -qw net.ipv6.conf." + scope + ".disable_ipv6=1");
    }
  }

  private void pair(String port, String other) {
    run(
        "ip link add "
            + port
            + " netns "
            + ports
            + " type veth peer name "
            + other
            + " netns "
            + traffic);
    run("ip -n " + ports + " link set " + port + " up");
    run("ip -n " + traffic + " link set " + other + " up");
  }

  private static void run(String command) {
    try {
      // In a session of its own, or Ctrl-C would end it half-way.
      Process process =
          new ProcessBuilder(("setsid -w " + command).split(" ")).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new CommandFailure(
            command + ": " + said.strip().replace('\n', ' ') + "; --unprivileged needs none of it");
      }
    } catch (IOException e) {
      throw new CommandFailure(
          "cannot run '" + command + "'; apt-get install iproute2 procps (" + e.getMessage() + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(e));
    }
  }

  @Override
  public List<String> vdevs() {
    return List.of("net_af_packet0,iface=port0", "net_af_packet1,iface=port1");
  }

  @Override
  public List<String> primaryLauncher() {
    return List.of("ip", "netns", "exec", ports);
  }

  @Override
  public List<String> trafficLauncher() {
    return List.of("ip", "netns", "exec", traffic);
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
    while (!namespaces.isEmpty()) {
      String name = namespaces.pop();
      if (Files.exists(Path.of("/run/netns", name))) {
        run("ip netns del " + name);
      }
    }
  }
}
