package io.sluice.cli;

import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice memzone}: the memzones of a running primary. */
@Command(
    name = "memzone",
    description = "Lists or shows memzones.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | show)")
final class MemzoneCommand extends CommandGroup {
  private static Table table() {
    return new Table("name", "length", "address", "iova", "page size", "socket");
  }

  private static void add(Table table, MemZone zone) {
    table.add(
        zone.name(),
        zone.length(),
        "0x" + Long.toHexString(zone.address()),
        "0x" + Long.toHexString(zone.iova()),
        zone.hugepageSize(),
        zone.socketId());
  }

  @Command(description = "Lists all memzones.", mixinStandardHelpOptions = true)
  int list(@Mixin ObserverOptions options) {
    Table table = table();
    try (SharedMemory memory = options.observe()) {
      MemZone.walk(memory, zone -> add(table, zone));
    }
    options.print(table);
    return 0;
  }

  @Command(description = "Shows one memzone.", mixinStandardHelpOptions = true)
  int show(
      @Parameters(paramLabel = "NAME", description = "The memzone.") String name,
      @Mixin ObserverOptions options) {
    Table table = table();
    try (SharedMemory memory = options.observe()) {
      MemZone zone = MemZone.lookup(memory, name);
      if (zone == null) {
        throw new CommandFailure("no memzone '" + name + "'; see sluice memzone list");
      }
      add(table, zone);
    }
    options.print(table);
    return 0;
  }
}
