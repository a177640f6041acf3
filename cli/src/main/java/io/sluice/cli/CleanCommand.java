package io.sluice.cli;

import io.sluice.config.RuntimeDirectory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code sluice clean}: removes what killed processes left. A prefix with a running process is left
 * alone, and so is a page file that somebody locks, as every process locks those it has mapped.
 */
@Command(
    name = "clean",
    description = "Removes page files and runtime files whose processes are gone.",
    mixinStandardHelpOptions = true)
final class CleanCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--file-prefix", paramLabel = "PREFIX", description = "Only that one.")
  private String filePrefix;

  @Option(names = "--dry-run", description = "Only says what it would remove.")
  private boolean dryRun;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    TreeSet<String> prefixes = new TreeSet<>();
    if (filePrefix != null) {
      // Checked like every other: files are deleted under a path that it is part of.
      prefixes.add(OptionValue.filePrefix(spec, filePrefix));
    } else {
      prefixes.addAll(RuntimeDirectory.list());
    }
    int removed = 0;
    for (String prefix : prefixes) {
      if (Leftovers.isInUse(prefix)) {
        out.println("in use: " + prefix + "; see sluice ps");
      } else {
        removed += clean(prefix, out);
      }
    }
    out.println((dryRun ? "would remove " : "removed ") + removed + " files");
    out.flush();
    return 0;
  }

  private int clean(String prefix, PrintWriter out) {
    List<Path> files = dryRun ? Leftovers.of(prefix) : Leftovers.delete(prefix);
    files.forEach(file -> out.println((dryRun ? "would remove " : "removed ") + file));
    return files.size();
  }
}
