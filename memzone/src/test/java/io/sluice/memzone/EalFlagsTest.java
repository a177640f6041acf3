package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.config.ProcType;
import io.sluice.platform.HugepagePools;
import io.sluice.platform.Libc;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What DPDK's eal_flags and multiprocess autotests assert of processes, beyond parsing. */
class EalFlagsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Of the tests' processes only these show what they log. */
  private static final List<String> LOGGING =
      List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=trace");

  private final String prefix = UniquePrefix.next();
  private final String other = UniquePrefix.next();
  private final List<JavaProcess> started = new ArrayList<>();

  @AfterEach
  void leaveNothing() {
    started.forEach(JavaProcess::close);
    assertEquals(List.of(), Traces.of(prefix));
    assertEquals(List.of(), Traces.of(other));
  }

  private JavaProcess start(String role, String... options) {
    List<String> all = new ArrayList<>(List.of(role));
    all.addAll(List.of(options));
    JavaProcess process = JavaProcess.start(ZoneProcess.class, LOGGING, all.toArray(String[]::new));
    started.add(process);
    return process;
  }

  private JavaProcess ready(String role, String... options) {
    JavaProcess process = start(role, options);
    process.awaitLine("^ready", LIMIT);
    return process;
  }

  private static void quit(JavaProcess process) {
    process.send("quit");
    assertEquals(0, process.awaitExit(LIMIT));
  }

  private static String directoryOf(Pages kind) {
    if (kind == Pages.PLAIN || kind == Pages.PLAIN_SINGLE_FILE) {
      return "/dev/shm";
    }
    return mountOf2Mb().toString();
  }

  private static Path mountOf2Mb() {
    return HugepagePools.current().stream()
        .filter(pool -> pool.pageSize() == 2 << 20)
        .findFirst()
        .orElseThrow()
        .mountPoints()
        .get(0);
  }

  private static List<File> pageFiles(String directory, String prefix) {
    return List.of(new File(directory).listFiles((in, name) -> name.startsWith(prefix + "map_")));
  }

  private static void assertLocked(List<File> files) {
    assertFalse(files.isEmpty());
    for (File file : files) {
      int fd = Libc.open(file.getPath(), Libc.O_RDONLY, 0);
      assertTrue(Libc.flock(fd, Libc.LOCK_EX | Libc.LOCK_NB) < 0, file + " is not locked");
      Libc.close(fd);
    }
  }

  @ParameterizedTest
  @EnumSource(Pages.class)
  void shouldKeepPageFilesLockedWhileItRunsAndNoLonger(Pages kind) {
    kind.assume();
    JavaProcess primary = ready("primary", kind.options(prefix, "-m", "8"));
    List<File> files = pageFiles(directoryOf(kind), prefix);
    assertLocked(files);
    // A secondary of another prefix fails and touches nothing of this one.
    JavaProcess lonely = start("secondary", kind.options(other, "-m", "8"));
    lonely.awaitLine("^refused ENOENT: no primary runs", LIMIT);
    assertEquals(1, lonely.awaitExit(LIMIT));
    JavaProcess beside =
        ready("primary", kind.options(other, "-m", "8", "--base-virtaddr", "0x260000000000"));
    assertEquals(files, pageFiles(directoryOf(kind), prefix));
    assertLocked(files);
    quit(beside);
    assertLocked(files);
    quit(primary);
    assertEquals(List.of(), pageFiles(directoryOf(kind), prefix));
  }

  @Test
  void shouldLeaveWhatAnotherPrefixsKilledPrimaryLeft() {
    JavaProcess killed = ready("primary", Pages.PLAIN.options(other, "-m", "8"));
    killed.kill();
    List<File> left = pageFiles("/dev/shm", other);
    assertFalse(left.isEmpty());
    quit(ready("primary", Pages.PLAIN.options(prefix, "-m", "8")));
    assertEquals(left, pageFiles("/dev/shm", other));
    quit(ready("primary", Pages.PLAIN.options(other, "-m", "8")));
    assertEquals(List.of(), pageFiles("/dev/shm", other));
  }

  @Test
  @RequiresRoot
  @RequiresHugepages(kb = 2048, count = 16)
  void shouldMakePagesInASubdirectoryOfAMount() throws IOException {
    Path directory = mountOf2Mb().resolve(prefix + ".dir");
    Files.createDirectory(directory);
    try {
      JavaProcess missing =
          start("primary", "--file-prefix", prefix, "--huge-dir", directory + "/none");
      missing.awaitLine("^refused ENOENT: --huge-dir '.*/none' is no directory", LIMIT);
      JavaProcess primary =
          ready("primary", "--file-prefix", prefix, "-m", "8", "--huge-dir", "" + directory);
      assertEquals(4, pageFiles(directory.toString(), prefix).size());
      // The option means nothing to a secondary, which asks the primary's files.
      JavaProcess secondary =
          ready("secondary", "--file-prefix", prefix, "-m", "8", "--huge-dir", "invalid");
      secondary.send("reserve inside 12000000");
      secondary.awaitLine("^reserved \\d+", LIMIT);
      assertTrue(pageFiles(directory.toString(), prefix).size() > 4);
      quit(secondary);
      quit(primary);
      assertEquals(List.of(), pageFiles(directory.toString(), prefix));
    } finally {
      started.forEach(JavaProcess::close);
      pageFiles(directory.toString(), prefix).forEach(File::delete);
      Files.delete(directory);
    }
  }

  @Test
  void shouldStartWithNoMemoryOnAnySocketAndGrow() {
    if (Libc.geteuid() == 0) {
      Pages.HUGEPAGES.assume();
    }
    JavaProcess primary = ready("primary", "--file-prefix", prefix, "--socket-mem", "0");
    primary.send("reserve first 100");
    primary.awaitLine("^reserved \\d+", LIMIT);
    quit(primary);
  }

  @Test
  void shouldDetectItsRole() {
    EalOptions auto = EalOptions.parse("--file-prefix", prefix, "--proc-type=auto");
    assertEquals(ProcType.PRIMARY, SharedMemory.roleOf(auto));
    JavaProcess primary = ready("primary", Pages.PLAIN.options(prefix, "-m", "2"));
    assertEquals(ProcType.SECONDARY, SharedMemory.roleOf(auto));
    primary.kill();
    assertEquals(ProcType.PRIMARY, SharedMemory.roleOf(auto), "what it left is no primary");
    quit(ready("primary", Pages.PLAIN.options(prefix, "-m", "2")));
    assertEquals(
        ProcType.SECONDARY,
        SharedMemory.roleOf(EalOptions.parse("--file-prefix", other, "--proc-type=secondary")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | true",
        "--log-level=8 | true",
        "--log-level=warning | true",
        "--log-level=lib.eal:warning | true",
        "--log-level=lib.eal,5 | true",
        "--log-level=error | false",
        "--log-level=lib.*:error | false",
        "--log-level=eal,4 | false",
        "--log-level=pmd.*:error | true",
        "--log-level=1 --log-level=lib.eal:debug | false"
      })
  void shouldWarnOnlyWhereTheLogLevelLetsIt(String level, boolean warns) {
    JavaProcess primary =
        ready("primary", Pages.PLAIN.options(prefix, ("-m 2 " + level).split(" ")));
    quit(primary);
    String output = String.join("\n", primary.stdout());
    assertEquals(warns, output.contains("no hugepages: --no-huge"), output);
  }

  @Test
  void shouldRefuseALogLevelThatDpdkRefuses() {
    for (String wrong : List.of("--log-level=loud", "--log-level=lib.eal:", "--log-level")) {
      JavaProcess refused = start("primary", Pages.PLAIN.options(prefix, "-m", "2", wrong));
      refused.awaitLine("^refused EINVAL: --log-level", LIMIT);
      assertEquals(1, refused.awaitExit(LIMIT));
    }
  }

  @Test
  void shouldRefuseToBeWhatProcTypeContradicts() {
    JavaProcess asSecondary =
        start("primary", Pages.PLAIN.options(prefix, "-m", "2", "--proc-type=secondary"));
    asSecondary.awaitLine("^refused EINVAL: --proc-type=secondary: this is a primary", LIMIT);
    assertEquals(1, asSecondary.awaitExit(LIMIT));
    JavaProcess primary =
        ready("primary", Pages.PLAIN.options(prefix, "-m", "2", "--proc-type=auto"));
    JavaProcess asPrimary = start("secondary", "--file-prefix", prefix, "--proc-type=primary");
    asPrimary.awaitLine("^refused EINVAL: --proc-type=primary: this is a secondary", LIMIT);
    assertEquals(1, asPrimary.awaitExit(LIMIT));
    JavaProcess second =
        start("primary", Pages.PLAIN.options(prefix, "-m", "2", "--proc-type=auto"));
    second.awaitLine("^refused EBUSY: a primary already runs on .*" + prefix, LIMIT);
    assertEquals(1, second.awaitExit(LIMIT));
    quit(ready("secondary", "--file-prefix", prefix, "--proc-type=auto"));
    quit(primary);
  }

  @Test
  void shouldRunAtDpdksDefaultAddress() {
    JavaProcess primary =
        JavaProcess.start(
            ZoneProcess.class,
            List.of("-Xmx64m", "-XX:HeapBaseMinAddress=1t"),
            "primary",
            "--file-prefix",
            prefix,
            "--no-huge",
            "--base-virtaddr=0x100000000");
    started.add(primary);
    primary.awaitLine("^ready", LIMIT);
    primary.send("reserve low 100");
    long address = Long.parseLong(primary.awaitLine("^reserved (\\d+)", LIMIT).group(1));
    assertTrue(address >= 0x100000000L && address < 0x1100800000L, Long.toHexString(address));
    quit(primary);
  }
}
