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
  @Command(description = "Lists all rings.", mixinStandardHelpOptions = true)
  int list(@Mixin ObserverOptions options) {
    Table table = new Table("name", "size", "count", "free", "producer", "consumer", "address");
    try (SharedMemory memory = options.observe()) {
      Ring.walk(
          memory,
          ring ->
              table.add(
                  ring.name(),
                  ring.size(),
                  ring.count(),
                  ring.freeCount(),
                  ring.prodSyncType().name(),
                  ring.consSyncType().name(),
                  "0x" + Long.toHexString(ring.address())));
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
      options.print(ring.dump());
    }
    return 0;
  }
}
