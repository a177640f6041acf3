package io.sluice.cli;

import io.sluice.mempool.Mempool;
import io.sluice.memzone.SharedMemory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice mempool}: the mempools of a running primary. */
@Command(
    name = "mempool",
    description = "Lists or shows mempools.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | show)")
final class MempoolCommand extends CommandGroup {
  private static Table table() {
    return new Table(
        "name", "size", "available", "in use", "element size", "cache size", "address");
  }

  private static void add(Table table, Mempool pool) {
    table.add(
        pool.name(),
        pool.size(),
        pool.availCount(),
        pool.inUseCount(),
        pool.eltSize(),
        pool.cacheSize(),
        "0x" + Long.toHexString(pool.address()));
  }

  @Command(description = "Lists all mempools.", mixinStandardHelpOptions = true)
  int list(@Mixin ObserverOptions options) {
    Table table = table();
    try (SharedMemory memory = options.observe()) {
      Mempool.walk(memory, pool -> add(table, pool));
      // Of their objects only the process that made them can say where they are.
      Mempool.unknown(memory).forEach(name -> table.add(name, null, null, null, null, null, null));
    }
    options.print(table);
    return 0;
  }

  @Command(description = "Shows one mempool.", mixinStandardHelpOptions = true)
  int show(
      @Parameters(paramLabel = "NAME", description = "The mempool.") String name,
      @Mixin ObserverOptions options) {
    try (SharedMemory memory = options.observe()) {
      Mempool pool = Mempool.lookup(memory, name);
      if (pool == null) {
        throw new CommandFailure("no mempool '" + name + "'; see sluice mempool list");
      }
      Table table = table();
      add(table, pool);
      options.print(table, pool.dump());
    }
    return 0;
  }
}
