package io.sluice.config;

import io.sluice.platform.CpuTopology;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What can be seen of a primary of stock DPDK from outside: it enters no table.
 *
 * @param pid of the process that holds the config's lock
 */
public record StockPrimary(int pid) {
  /** {@code rte_eal_init} names its threads so; in 22.11.11 it is {@code rte}. */
  private static final Pattern WORKER = Pattern.compile("(?:lcore|rte)-worker-(\\d+)");

  /** The primary of a runtime directory, if its process can be seen from here. */
  public static Optional<StockPrimary> of(RuntimeDirectory directory) {
    int pid = MemConfig.lockHolder(directory);
    return pid > 0 ? Optional.of(new StockPrimary(pid)) : Optional.empty();
  }

  /**
   * The lcores that it seems to run: its workers by their threads' names, and the main one by the
   * CPU that the first thread is pinned to, which has the same number unless {@code --lcores} gave
   * it another. Empty if the process has ended, or may not be looked at.
   */
  public Set<Integer> lcores() {
    Set<Integer> lcores = new TreeSet<>();
    Path process = Path.of("/proc", Integer.toString(pid));
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path thread : threads) {
        Matcher worker = WORKER.matcher(Files.readString(thread.resolve("comm")).strip());
        if (worker.matches()) {
          lcores.add(Integer.valueOf(worker.group(1)));
        }
      }
      Optional<NavigableSet<Integer>> main = CpuTopology.allowed(process.resolve("status"));
      main.filter(cpus -> cpus.size() == 1).ifPresent(lcores::addAll);
    } catch (IOException e) {
      // It is not there any more, or is another user's.
      return Set.of();
    }
    return lcores;
  }
}
