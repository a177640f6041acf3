package io.sluice.cli;

import io.sluice.config.RuntimeDirectory;
import io.sluice.platform.CpuTopology;
import io.sluice.platform.HugepagePool;
import io.sluice.platform.HugepagePools;
import io.sluice.platform.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code sluice doctor}: every precondition, what was found, and its cure. {@code FAIL} means that
 * nothing runs without it, {@code slow} that it runs on plain files or without some ports.
 */
@Command(
    name = "doctor",
    description = "Checks every precondition and names the cure.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  private static final String OK = "ok";
  private static final String SLOW = "slow";
  private static final String FAIL = "FAIL";
  private static final long WINDOW = 0x200000000000L;
  private static final long WINDOW_LENGTH = 1L << 40;
  private static final long SHM_BYTES = 256L << 20;

  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Prints JSON.")
  private boolean json;

  private final Table table = new Table("state", "what", "found", "cure");
  private boolean failed;

  @Override
  public Integer call() throws IOException {
    checkMachine();
    checkAddresses();
    checkHugepages();
    checkDirectories();
    checkNetwork();
    table.print(spec.commandLine().getOut(), json);
    return failed ? 1 : 0;
  }

  private void report(boolean good, String otherwise, String what, Object found, String cure) {
    failed |= !good && otherwise.equals(FAIL);
    table.add(good ? OK : otherwise, what, found.toString(), good ? null : cure);
  }

  private void checkMachine() {
    String os = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    report(os.equals("Linux amd64"), FAIL, "system", os, "run on Linux x86-64");
    int version = Runtime.version().feature();
    report(version >= 17, FAIL, "JDK", Runtime.version(), "install a JDK 17 or newer");
    int cpus = CpuTopology.current().allowed().size();
    report(
        cpus >= 2,
        SLOW,
        "CPUs",
        cpus,
        "give it more than one, or let pollers share with --lcores and idle");
    boolean root = Libc.geteuid() == 0;
    report(root, SLOW, "user", root ? "root" : System.getProperty("user.name"), "run as root");
  }

  private void checkAddresses() {
    long mapped =
        Libc.mmap(
            WINDOW,
            WINDOW_LENGTH,
            Libc.PROT_NONE,
            Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE | Libc.MAP_FIXED_NOREPLACE,
            -1,
            0);
    boolean free = mapped == WINDOW;
    if (!Libc.isError(mapped)) {
      Libc.munmap(mapped, WINDOW_LENGTH);
    }
    report(
        free,
        FAIL,
        "addresses from 0x" + Long.toHexString(WINDOW),
        free ? "free" : "taken",
        "choose others with --base-virtaddr");
  }

  private void checkHugepages() {
    List<HugepagePool> pools = HugepagePools.current();
    boolean usable =
        pools.stream().anyMatch(pool -> pool.free() > 0 && !pool.mountPoints().isEmpty());
    if (pools.isEmpty()) {
      report(false, SLOW, "hugepages", "none in this kernel", "use another kernel");
    }
    for (HugepagePool pool : pools) {
      String found = pool.free() + " of " + pool.total() + " free";
      found += pool.mountPoints().isEmpty() ? ", not mounted" : ", at " + pool.mountPoints().get(0);
      report(
          usable || pool.free() > 0 && !pool.mountPoints().isEmpty(),
          SLOW,
          "hugepages of " + (pool.pageSize() >> 20) + " MB",
          found,
          "sluice setup, as root");
    }
  }

  private void checkDirectories() throws IOException {
    Path runtime = Path.of(RuntimeDirectory.of("rte").path()).getParent();
    Path parent = Files.exists(runtime) ? runtime : runtime.getParent();
    report(
        Files.isWritable(parent),
        FAIL,
        "runtime directory",
        runtime,
        "make " + parent + " writable, or set XDG_RUNTIME_DIR");
    Path shm = Path.of("/dev/shm");
    long space = Files.isDirectory(shm) ? Files.getFileStore(shm).getUsableSpace() : 0;
    report(
        space >= SHM_BYTES,
        SLOW,
        "/dev/shm",
        (space >> 20) + " MB free",
        "needed without hugepages: mount -o remount,size=1G /dev/shm");
  }

  private void checkNetwork() {
    int fd = Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW, 0);
    if (fd >= 0) {
      Libc.close(fd);
    }
    report(
        fd >= 0,
        SLOW,
        "AF_PACKET sockets",
        fd >= 0 ? "allowed" : "refused",
        "run as root or with CAP_NET_RAW; pcap ports need neither");
    boolean ip =
        Stream.of("/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip")
            .anyMatch(file -> Files.isExecutable(Path.of(file)));
    report(ip, SLOW, "iproute2", ip ? "installed" : "missing", "apt-get install iproute2");
  }
}
