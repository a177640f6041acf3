package io.sluice.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Network namespaces and veth pairs of one test, made with iproute2 and gone on {@link #close} and
 * at the end of the JVM. Needs root. Interfaces come up without IPv6, so that nothing but the
 * test's own frames is seen on them.
 */
public final class NetworkNamespaces implements AutoCloseable {
  private static final AtomicInteger NEXT = new AtomicInteger();

  private final String unique = "sl" + ProcessHandle.current().pid() + "x" + NEXT.incrementAndGet();
  private final Deque<String> namespaces = new ArrayDeque<>();
  private final Thread remover = new Thread(this::removeAll);

  /** Makes an empty set. */
  public NetworkNamespaces() {
    Runtime.getRuntime().addShutdownHook(remover);
  }

  /** Adds a namespace and returns its name, unique on the machine. */
  public String add() {
    String name = unique + "n" + namespaces.size();
    run("ip", "netns", "add", name);
    namespaces.push(name);
    for (String scope : List.of("all", "default")) {
      exec(name, "sysctl", "-qw", "net.ipv6.conf." + scope + ".disable_ipv6=1");
    }
    return name;
  }

  /** Gives the namespace of a process a name among these; it stays when the name goes. */
  public String attach(long pid) {
    String name = unique + "n" + namespaces.size();
    run("ip", "netns", "attach", name, Long.toString(pid));
    namespaces.push(name);
    exec(name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
    exec(name, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
    return name;
  }

  /** Joins two of the namespaces by a veth pair; both ends are up. */
  public void addVeth(String namespace, String name, String peerNamespace, String peerName) {
    run(
        "ip",
        "link",
        "add",
        name,
        "netns",
        namespace,
        "type",
        "veth",
        "peer",
        "name",
        peerName,
        "netns",
        peerNamespace);
    exec(namespace, "ip", "link", "set", name, "up");
    exec(peerNamespace, "ip", "link", "set", peerName, "up");
  }

  /** Runs a command inside a namespace and returns what it printed. */
  public String exec(String namespace, String... command) {
    String[] whole = new String[command.length + 4];
    whole[0] = "ip";
    whole[1] = "netns";
    whole[2] = "exec";
    whole[3] = namespace;
    System.arraycopy(command, 0, whole, 4, command.length);
    return run(whole);
  }

  /** What to start a process behind, so that it runs inside the namespace. */
  public static List<String> prefix(String namespace) {
    return List.of("ip", "netns", "exec", namespace);
  }

  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(String.join(" ", command) + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private synchronized void removeAll() {
    while (!namespaces.isEmpty()) {
      run("ip", "netns", "del", namespaces.pop());
    }
  }

  @Override
  public void close() {
    removeAll();
    try {
      Runtime.getRuntime().removeShutdownHook(remover);
    } catch (IllegalStateException e) {
      // The JVM is going down, and the hook has nothing left to remove.
      return;
    }
  }
}
