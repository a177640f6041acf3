package io.sluice.cli;

import io.sluice.config.EalOptions;
import io.sluice.config.ProcType;
import io.sluice.config.ProcessTable;
import io.sluice.config.RuntimeDirectory;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Processes;
import io.sluice.platform.SluiceException;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code sluice ps}: who is attached to which memory. What a process table tells comes first, then
 * whoever else has the config mapped, such as a stock DPDK process.
 */
@Command(
    name = "ps",
    description = "Lists the processes of every file prefix.",
    mixinStandardHelpOptions = true)
final class PsCommand implements Callable<Integer> {
  private static final int COMMAND_LENGTH = 60;

  @Spec private CommandSpec spec;

  @Option(names = "--file-prefix", paramLabel = "PREFIX", description = "Only that one.")
  private String filePrefix;

  @Option(names = "--json", description = "Prints JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Table table = new Table("prefix", "pid", "type", "role", "lcores", "state", "command");
    List<String> prefixes =
        filePrefix == null
            ? RuntimeDirectory.list()
            : List.of(OptionValue.filePrefix(spec, filePrefix));
    prefixes.forEach(prefix -> list(prefix, table));
    table.print(spec.commandLine().getOut(), json);
    return 0;
  }

  private static void list(String prefix, Table table) {
    SortedSet<Integer> running = RunningProcesses.ofPrefix(prefix);
    if (!running.isEmpty()) {
      addTable(prefix, table, running);
    }
    for (int pid : running) {
      table.add(
          prefix,
          pid,
          "unknown",
          "none of ours",
          null,
          "running",
          RunningProcesses.command(pid, COMMAND_LENGTH));
    }
  }

  /** Adds the process table's rows and takes their pids out of {@code running}. */
  private static void addTable(String prefix, Table table, SortedSet<Integer> running) {
    EalOptions options = EalOptions.parse("--file-prefix", prefix, "--proc-type", "secondary");
    try (SharedMemory memory = SharedMemory.observe(options)) {
      ProcessTable processes = memory.processTable();
      if (processes == null) {
        return;
      }
      processes.forEach(
          entry -> {
            running.remove(entry.pid());
            table.add(
                prefix,
                entry.pid(),
                entry.procType() == ProcType.PRIMARY ? "primary" : "secondary",
                entry.role(),
                entry.lcores().isEmpty()
                    ? null
                    : String.join(",", entry.lcores().stream().map(String::valueOf).toList()),
                processes.isAlive(entry) ? "running" : "dead",
                command(entry));
          });
    } catch (SluiceException e) {
      // Its primary is just starting or ending: the mapped processes are listed all the same.
      return;
    }
  }

  /** Its pid may be another process's here. */
  private static String command(ProcessTable.Entry entry) {
    return Processes.startTime(entry.pid()) == entry.startTime()
        ? RunningProcesses.command(entry.pid(), COMMAND_LENGTH)
        : "(in another PID namespace, or gone)";
  }
}
