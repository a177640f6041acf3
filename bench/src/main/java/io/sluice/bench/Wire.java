package io.sluice.bench;

import io.sluice.bench.rows.Ports;
import io.sluice.bench.rows.TrafficSource;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.processes.Child;
import io.sluice.cli.processes.NetworkNamespace;
import io.sluice.platform.Libc;
import io.sluice.primary.StopRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A veth pair in a network namespace of its own, with a process at one end that sends all that it
 * can. What comes back there is dropped by the kernel once the socket's ring is full. Needs root.
 */
final class Wire implements AutoCloseable {
  private static final String PEER = "bench1";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final NetworkNamespace namespace;
  private final Child source;

  /**
   * Sends from now on.
   *
   * @param prefix of the row's files and of the namespace
   * @param length of a frame in bytes
   */
  Wire(String prefix, int cpu, String length, StopRequest stop) {
    this.namespace = new NetworkNamespace(prefix);
    try {
      namespace.join(Ports.WIRE, namespace, PEER);
      List<String> words = new ArrayList<>(List.of("-m", "32", "--no-huge", "--no-pci"));
      words.addAll(List.of("--file-prefix", prefix + TrafficSource.SUFFIX));
      words.addAll(List.of("-l", Integer.toString(cpu), "--"));
      words.addAll(List.of("net_af_packet0,iface=" + PEER, length));
      source = new Child("traffic source", launcher(), TrafficSource.class, words);
    } catch (CommandFailure e) {
      namespace.close();
      throw e;
    }
    try {
      source.awaitLine(TrafficSource.READY, LIMIT, stop::isRequested);
    } catch (CommandFailure e) {
      close();
      throw e;
    }
  }

  static boolean canBe() {
    return Libc.geteuid() == 0 && CPrograms.isThere("ip") && CPrograms.isThere("sysctl");
  }

  /** The words behind which a program runs at its end. */
  List<String> launcher() {
    return namespace.launcher();
  }

  @Override
  public void close() {
    source.close();
    namespace.close();
  }
}
