package io.sluice.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The machine's CPUs as the kernel shows them under {@code /sys/devices/system}. */
public final class CpuTopology {
  private final Path system;
  private final NavigableSet<Integer> online;
  private final NavigableSet<Integer> allowed;

  private CpuTopology(Path system, NavigableSet<Integer> online, NavigableSet<Integer> allowed) {
    this.system = system;
    this.online = Collections.unmodifiableNavigableSet(online);
    this.allowed = Collections.unmodifiableNavigableSet(allowed);
  }

  /** The CPUs as they are now. */
  public static CpuTopology current() {
    return read(Path.of("/sys/devices/system"), Path.of("/proc/self/status"));
  }

  static CpuTopology read(Path system, Path processStatus) {
    try {
      NavigableSet<Integer> online = parseList(Files.readString(system.resolve("cpu/online")));
      return new CpuTopology(system, online, allowed(processStatus).orElse(online));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The CPUs that a process's or thread's {@code status} says it may run on. */
  public static Optional<NavigableSet<Integer>> allowed(Path status) throws IOException {
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("Cpus_allowed_list:"))
          .map(line -> parseList(line.substring(line.indexOf(':') + 1)))
          .findFirst();
    }
  }

  /** The kernel's list format, such as {@code 0-3,8}. */
  static NavigableSet<Integer> parseList(String list) {
    TreeSet<Integer> cpus = new TreeSet<>();
    for (String part : list.strip().split(",")) {
      if (!part.isEmpty()) {
        String[] ends = part.split("-");
        int last = Integer.parseInt(ends[ends.length - 1]);
        for (int cpu = Integer.parseInt(ends[0]); cpu <= last; cpu++) {
          cpus.add(cpu);
        }
      }
    }
    return cpus;
  }

  /** The CPUs that are switched on, ascending. */
  public NavigableSet<Integer> online() {
    return online;
  }

  /** The CPUs that this process may use: fewer than online under taskset or in a container. */
  public NavigableSet<Integer> allowed() {
    return allowed;
  }

  /** The NUMA node of a CPU, which is what DPDK calls its socket; 0 where none is told. */
  public int socketOf(int cpu) {
    Path nodes = system.resolve("node");
    for (int node = 0; Files.exists(nodes.resolve("node" + node)); node++) {
      if (Files.exists(nodes.resolve("node" + node + "/cpu" + cpu))) {
        return node;
      }
    }
    return 0;
  }

  /** The physical core of a CPU, the same for hyperthreads of one; 0 where none is told. */
  public int coreOf(int cpu) {
    Path core = system.resolve("cpu/cpu" + cpu + "/topology/core_id");
    try {
      return Files.exists(core) ? Integer.parseInt(Files.readString(core).strip()) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many NUMA nodes there are, at least 1. */
  public int socketCount() {
    int count = 0;
    while (Files.exists(system.resolve("node/node" + count))) {
      count++;
    }
    return Math.max(count, 1);
  }

  /** Memory channels to spread objects over: 4, as {@code rte_mempool.c} takes if not told. */
  public int memoryChannels() {
    return 4;
  }

  /** Memory ranks to spread objects over: 1, as {@code rte_mempool.c} takes if not told. */
  public int memoryRanks() {
    return 1;
  }
}
