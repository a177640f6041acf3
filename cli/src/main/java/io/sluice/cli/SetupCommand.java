package io.sluice.cli;

import io.sluice.platform.HugepagePool;
import io.sluice.platform.HugepagePools;
import io.sluice.platform.Libc;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice setup}: hugepages and a hugetlbfs mount; does only what is still to be done. */
@Command(
    name = "setup",
    description = "Reserves hugepages and mounts a hugetlbfs; needs root.",
    mixinStandardHelpOptions = true)
final class SetupCommand implements Callable<Integer> {
  /** The page sizes of x86-64. */
  enum PageSize {
    /** 2 MB. */
    M2(2L << 20, "2M"),
    /** 1 GB. */
    G1(1L << 30, "1G");

    private final long bytes;
    private final String option;

    PageSize(long bytes, String option) {
      this.bytes = bytes;
      this.option = option;
    }

    static PageSize of(CommandSpec spec, String text) {
      for (PageSize size : values()) {
        if (size.option.equals(text)) {
          return size;
        }
      }
      throw OptionValue.refused(spec, "--page-size " + text, "2M and 1G");
    }
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--pages",
      defaultValue = "512",
      description = "How many pages to have (${DEFAULT-VALUE}).")
  private String pages;

  @Option(names = "--page-size", defaultValue = "2M", description = "2M or 1G (${DEFAULT-VALUE}).")
  private String pageSize;

  @Option(
      names = "--mount",
      paramLabel = "DIR",
      description = "Where to mount if none is mounted (/mnt/huge, /mnt/huge1g).")
  private Path mount;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PageSize size = PageSize.of(spec, pageSize);
    long wanted = OptionValue.number(spec, "--pages", pages, 1, Long.MAX_VALUE);
    if (Libc.geteuid() != 0) {
      throw new CommandFailure("setup changes the kernel's hugepage pool; run it as root");
    }
    PrintWriter out = spec.commandLine().getOut();
    reserve(pool(size), wanted, size, out);
    HugepagePool now = pool(size);
    if (now.mountPoints().isEmpty()) {
      mount(size, out);
    } else {
      out.println("mounted already: " + now.mountPoints().get(0));
    }
    out.flush();
    return 0;
  }

  private static HugepagePool pool(PageSize size) {
    return HugepagePools.current().stream()
        .filter(pool -> pool.pageSize() == size.bytes)
        .findFirst()
        .orElseThrow(() -> new CommandFailure("this kernel has no hugepages of " + size.option));
  }

  private static void reserve(HugepagePool pool, long pages, PageSize size, PrintWriter out) {
    if (pool.total() >= pages) {
      out.println("reserved already: " + pool.total() + " pages of " + size.option);
      return;
    }
    Path file =
        Path.of("/sys/kernel/mm/hugepages/hugepages-" + (size.bytes >> 10) + "kB/nr_hugepages");
    try {
      Files.writeString(file, Long.toString(pages));
    } catch (IOException e) {
      throw new CommandFailure(
          "cannot write " + file + ", which containers may not; reserve pages on their host");
    }
    long got = pool(size).total();
    if (got < pages) {
      throw new CommandFailure(
          "the kernel found memory for "
              + got
              + " of "
              + pages
              + " pages of "
              + size.option
              + "; free memory, ask for fewer with --pages, or reserve them at boot");
    }
    out.println("reserved " + got + " pages of " + size.option);
  }

  private void mount(PageSize size, PrintWriter out) throws IOException, InterruptedException {
    Path where = mount;
    if (where == null) {
      where = Path.of(size == PageSize.M2 ? "/mnt/huge" : "/mnt/huge1g");
    }
    try {
      Files.createDirectories(where);
    } catch (IOException e) {
      throw new CommandFailure("--mount " + where + ": accepted is a directory, or a name for one");
    }
    Process process =
        new ProcessBuilder(
                "mount",
                "-t",
                "hugetlbfs",
                "-o",
                "pagesize=" + size.option,
                "nodev",
                where.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new CommandFailure("cannot mount a hugetlbfs at " + where + ": " + said.strip());
    }
    out.println("mounted " + where);
  }
}
