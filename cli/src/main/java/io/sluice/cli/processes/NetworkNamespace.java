package io.sluice.cli.processes;

import io.sluice.cli.CommandFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A network namespace of a command's own, gone with {@link #close}, or of one of its containers.
 * IPv6 is off in it, so that no frame is there but the command's. Needs root.
 */
public final class NetworkNamespace implements AutoCloseable {
  private final String name;

  /** Makes it; if that fails nothing is left of it. */
  public NetworkNamespace(String name) {
    this(name, "ip netns add " + name);
  }

  private NetworkNamespace(String name, String maker) {
    this.name = name;
    try {
      run(maker);
      for (String scope : List.of("all", "default")) {
        run("ip netns exec " + name + " sysctl -qw net.ipv6.conf." + scope + ".disable_ipv6=1");
      }
    } catch (CommandFailure e) {
      close();
      throw e;
    }
  }

  /** Gives that of a process a name; it stays when the name goes. */
  public static NetworkNamespace of(int pid, String name) {
    return new NetworkNamespace(name, "ip netns attach " + name + " " + pid);
  }

  /** Joins an interface here and one in another namespace, or in this one too; both are up then. */
  public void join(String here, NetworkNamespace other, String there) {
    run(
        "ip link add "
            + here
            + " netns "
            + name
            + " type veth peer name "
            + there
            + " netns "
            + other.name);
    run("ip -n " + name + " link set " + here + " up");
    run("ip -n " + other.name + " link set " + there + " up");
  }

  /** The words behind which a program runs in it. */
  public List<String> launcher() {
    return List.of("ip", "netns", "exec", name);
  }

  private static void run(String command) {
    Program.run(List.of(command.split(" ")), "apt-get install iproute2 procps");
  }

  @Override
  public void close() {
    if (Files.exists(Path.of("/run/netns", name))) {
      run("ip netns del " + name);
    }
  }
}
