package io.sluice.cli;

import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Ring;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice ring}: the rings of a running primary. */
@Command(
    name = "ring",
    description = "Lists or shows rings.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | show)")
final class RingCommand extends CommandGroup {
  private static Table table() {
    return new Table("name", "size", "count", "free", "producer", "consumer", "address");
  }

  private static void add(Table table, Ring ring) {
    table.add(
        ring.name(),
        ring.size(),
        ring.count(),
        ring.freeCount(),
        ring.prodSyncType().name(),
        ring.consSyncType().name(),
        "0x" + Long.toHexString(ring.address()));
  }

  @Command(description = "Lists all rings.", mixinStandardHelpOptions = true)
  int list(@Mixin ObserverOptions options) {
    Table table = table();
    try (SharedMemory memory = options.observe()) {
      Ring.walk(memory, ring -> add(table, ring));
    }
    options.print(table);
    return 0;
  }

  @Command(description = "Shows one ring.", mixinStandardHelpOptions = true)
  int show(
      @Parameters(paramLabel = "NAME", description = "The ring.") String name,
      @Mixin ObserverOptions options) {
    try (SharedMemory memory = options.observe()) {
      Ring ring = Ring.lookup(memory, name);
      if (ring == null) {
        throw new CommandFailure("no ring '" + name + "'; see sluice ring list");
      }
      Table table = table();
      add(table, ring);
      options.print(table, ring.dump());
    }
    return 0;
  }
}
