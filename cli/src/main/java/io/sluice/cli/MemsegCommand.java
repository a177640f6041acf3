package io.sluice.cli;

import io.sluice.config.MemsegLayout;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice memseg}: the pages of a running primary. */
@Command(
    name = "memseg",
    description = "Lists or shows memory segments, which are its pages.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | show)")
final class MemsegCommand extends CommandGroup {
  @Command(description = "Lists every page.", mixinStandardHelpOptions = true)
  int list(@Mixin ObserverOptions options) {
    options.print(pages(options, -1));
    return 0;
  }

  @Command(description = "Shows the pages of one list.", mixinStandardHelpOptions = true)
  int show(
      @Parameters(paramLabel = "LIST", description = "The memseg list's number.") String list,
      @Mixin ObserverOptions options) {
    Table table = pages(options, options.number("LIST", list));
    if (table.isEmpty()) {
      throw new CommandFailure("no pages in list " + list + "; see sluice memseg list");
    }
    options.print(table);
    return 0;
  }

  private static Table pages(ObserverOptions options, int wanted) {
    Table table = new Table("list", "page", "address", "iova", "length", "socket");
    try (SharedMemory memory = options.observe()) {
      memory
          .memsegs()
          .walk(
              (list, page, memseg) -> {
                if (wanted < 0 || wanted == list) {
                  table.add(
                      list,
                      page,
                      "0x" + Long.toHexString(Memory.getLong(memseg + MemsegLayout.ADDR)),
                      "0x" + Long.toHexString(Memory.getLong(memseg + MemsegLayout.IOVA)),
                      Memory.getLong(memseg + MemsegLayout.LEN),
                      Memory.getInt(memseg + MemsegLayout.SOCKET_ID));
                }
              });
    }
    return table;
  }
}
