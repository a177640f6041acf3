package io.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.MemConfig;
import io.sluice.config.MemConfigLayout;
import io.sluice.config.RuntimeDirectory;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a user gets wrong, in real processes: one clear line, exit code 1, nothing left behind, and
 * never a crash of the JVM.
 */
class BadInputTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path directory;

  private final String prefix = UniquePrefix.next();
  private final List<JavaProcess> started = new ArrayList<>();

  @AfterEach
  void endProcessesAndRemoveWhatAFailureLeft() throws IOException {
    Collections.reverse(started);
    started.forEach(JavaProcess::close);
    Traces.remove(prefix);
  }

  private JavaProcess start(String options) {
    return start(List.of(), options);
  }

  private JavaProcess start(List<String> command, String options) {
    List<String> arguments = new ArrayList<>(List.of("--file-prefix", prefix, "--no-pci"));
    arguments.addAll(List.of(options.split(" ")));
    JavaProcess process =
        JavaProcess.start(
            command, MemoryProcess.class, List.of("-Xmx128m"), arguments.toArray(String[]::new));
    started.add(process);
    return process;
  }

  /** A primary on plain files that has come up. */
  private JavaProcess primary() {
    JavaProcess primary = start("--no-huge -m 32");
    primary.awaitLine("^ready$", LIMIT);
    return primary;
  }

  private void assertRefused(JavaProcess process, String complaint) {
    assertEquals(1, process.awaitExit(LIMIT), () -> String.join("\n", process.stdout()));
    List<String> errors =
        process.stdout().stream().filter(line -> line.startsWith("error: ")).toList();
    assertEquals(1, errors.size(), () -> String.join("\n", process.stdout()));
    assertTrue(errors.get(0).matches("error: .*" + complaint + ".*"), errors.get(0));
    assertTrue(
        process.stdout().stream().noneMatch(line -> line.startsWith("\tat ")),
        () -> String.join("\n", process.stdout()));
  }

  private void assertPrimaryStillServes(JavaProcess primary) {
    primary.send("zone after 4096");
    primary.awaitLine("^done zone after", LIMIT);
    end(primary);
    Traces.assertNone(prefix);
  }

  private static void end(JavaProcess process) {
    process.send("quit");
    assertEquals(0, process.awaitExit(LIMIT), () -> String.join("\n", process.stdout()));
  }

  /** In a mount namespace with a hugetlbfs of its own, so that nobody else is short of pages. */
  @Test
  @RequiresRoot
  @RequiresCommand("unshare")
  @RequiresHugepages(count = 4)
  void shouldRefuseToStartWhenThereAreTooFewHugepages() {
    String mount = "mount -t hugetlbfs -o pagesize=2M,size=4M nodev " + directory;
    List<String> command = List.of("unshare", "-m", "sh", "-c", mount + " && exec \"$@\"", "sh");
    assertRefused(start(command, "-m 32 --huge-dir " + directory), "(memory|hugepages).*");
    Traces.assertNone(prefix);
  }

  /** As before, and the last page of it is taken. */
  @Test
  @RequiresRoot
  @RequiresCommand({"unshare", "fallocate"})
  @RequiresHugepages(count = 4)
  void shouldRefuseToStartWhenNoHugepageIsLeft() {
    String mount =
        "mount -t hugetlbfs -o pagesize=2M,size=4M nodev %1$s && fallocate -l 4M %1$s/taken"
            .formatted(directory);
    List<String> command = List.of("unshare", "-m", "sh", "-c", mount + " && exec \"$@\"", "sh");
    assertRefused(
        start(command, "-m 8 --huge-dir " + directory),
        "8 MB asked for, 0 MB free; reserve more.*");
    Traces.assertNone(prefix);
  }

  /** In a mount namespace where the kernel seems to say that all are in use. */
  @Test
  @RequiresRoot
  @RequiresCommand("unshare")
  @RequiresHugepages(count = 1)
  void shouldRefuseToStartWhenAllHugepagesAreInUse() {
    String none =
        "echo 0 >%1$s/none && for file in /sys/kernel/mm/hugepages/*/free_hugepages"
            + " /sys/devices/system/node/node*/hugepages/*/free_hugepages;"
            + " do mount --bind %1$s/none $file || exit; done";
    List<String> command =
        List.of("unshare", "-m", "sh", "-c", none.formatted(directory) + "; exec \"$@\"", "sh");
    assertRefused(start(command, "-m 8"), "no free hugepages in .*: all are in use;.*--no-huge.*");
    Traces.assertNone(prefix);
  }

  @Test
  void shouldRefuseAHugeDirThatIsNotThere() {
    Path missing = directory.resolve("none");
    assertRefused(start("-m 32 --huge-dir " + missing), "--huge-dir '" + missing + "'.*");
    Traces.assertNone(prefix);
  }

  @Test
  void shouldRefuseAHugeDirThatIsNotMounted() throws IOException {
    assertRefused(
        start("-m 32 --huge-dir " + directory),
        "'" + directory + "' is not on a mounted hugetlbfs");
    Traces.assertNone(prefix);
    try (var files = Files.list(directory)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  void shouldNameTheMappingInTheWayWhenTheAddressIsTaken() {
    // Where a JVM of this size keeps its heap when told to.
    JavaProcess process =
        JavaProcess.start(
            MemoryProcess.class,
            List.of("-Xms64m", "-Xmx64m", "-XX:HeapBaseMinAddress=64g", "-XX:+UseSerialGC"),
            "--file-prefix",
            prefix,
            "--no-pci",
            "--no-huge",
            "-m",
            "32",
            "--base-virtaddr",
            "0x1000000000");
    started.add(process);
    assertRefused(process, "0x10.*--base-virtaddr");
    Traces.assertNone(prefix);
  }

  @Test
  void shouldRefuseASecondPrimaryAndLeaveTheFirstAlone() {
    JavaProcess first = primary();
    assertRefused(start("--no-huge -m 32"), "--file-prefix");
    assertPrimaryStillServes(first);
  }

  @Test
  void shouldRefuseASecondaryWithNoPrimary() {
    assertRefused(start("--proc-type=secondary"), "primary");
    Traces.assertNone(prefix);
  }

  @Test
  void shouldRefuseASecondaryAfterItsPrimaryWasKilled() {
    primary().kill();
    assertRefused(start("--proc-type=secondary"), "primary");
    // The next primary of the prefix takes over what was left, and clears it when it ends.
    end(primary());
    Traces.assertNone(prefix);
  }

  /** Lets a secondary meet a config that was changed, and puts the primary's own back after. */
  private void assertRefusedWithConfig(int offset, byte[] bytes, String complaint)
      throws IOException {
    JavaProcess primary = primary();
    byte[] own = new byte[bytes.length];
    try (RandomAccessFile config = config()) {
      config.seek(offset);
      config.readFully(own);
      config.seek(offset);
      config.write(bytes);
    }
    assertRefused(start("--proc-type=secondary"), complaint);
    try (RandomAccessFile config = config()) {
      config.seek(offset);
      config.write(own);
    }
    assertPrimaryStillServes(primary);
  }

  private RandomAccessFile config() throws IOException {
    return new RandomAccessFile(RuntimeDirectory.of(prefix).path() + "/config", "rw");
  }

  private static byte[] u32(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  @Test
  void shouldNameBothVersionsWhenThePrimaryHasAnother() throws IOException {
    assertRefusedWithConfig(
        MemConfigLayout.VERSION, u32(MemConfig.VERSION + (1 << 24)), "(?i)version.*22\\.11");
  }

  @Test
  void shouldNotWaitForEverWhenThePrimaryNeverCompletes() throws IOException {
    assertRefusedWithConfig(MemConfigLayout.MAGIC, u32(0), "");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldRefuseAConfigOfGarbage(long seed) throws IOException {
    byte[] garbage = new byte[MemConfigLayout.SIZEOF];
    new Random(seed).nextBytes(garbage);
    writeConfig(garbage);
    assertRefused(start("--proc-type=secondary"), "");
    end(primary());
    Traces.assertNone(prefix);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, MemConfigLayout.SIZEOF - 1})
  void shouldRefuseAConfigThatIsCutShort(int length) throws IOException {
    writeConfig(new byte[length]);
    assertRefused(start("--proc-type=secondary"), "config");
    end(primary());
    Traces.assertNone(prefix);
  }

  private void writeConfig(byte[] bytes) throws IOException {
    Path runtime = Path.of(RuntimeDirectory.of(prefix).path());
    Files.createDirectories(runtime);
    Files.write(runtime.resolve("config"), bytes);
  }

  @Test
  void shouldRefuseNamesAndSizesThatDoNotFitAndGoOn() {
    JavaProcess primary = primary();
    String[][] refused = {
      {"zone " + "z".repeat(32) + " 64", "z{32}"},
      {"zone huge 1099511627776", "huge"},
      {"ring notpower 1000", "notpower.*1000"},
      {"ring " + "r".repeat(30) + " 64", "r{30}"},
    };
    for (String[] each : refused) {
      primary.send(each[0]);
      primary.awaitLine("^error: .*" + each[1], LIMIT);
    }
    primary.send("ring taken 64");
    primary.awaitLine("^done ring taken", LIMIT);
    primary.send("ring taken 64");
    primary.awaitLine("^error: .*taken", LIMIT);
    primary.send("zone RG_taken 64");
    primary.awaitLine("^error: .*RG_taken", LIMIT);
    assertPrimaryStillServes(primary);
  }

  @Test
  void shouldGetNothingFromAnExhaustedPoolAndEverythingBack() {
    JavaProcess primary = primary();
    primary.send("pool small 63");
    primary.awaitLine("^done pool small", LIMIT);
    JavaProcess secondary = start("--proc-type=secondary");
    secondary.awaitLine("^ready", LIMIT);
    for (JavaProcess each : List.of(secondary, primary)) {
      each.send("alloc small 100");
      each.awaitLine("^got 63, left 0$", LIMIT);
      each.awaitLine("^done alloc", LIMIT);
      each.send("pool small 63");
      each.awaitLine("^error: .*small", LIMIT);
    }
    end(secondary);
    assertPrimaryStillServes(primary);
  }

  @Test
  void shouldTellASecondaryThatANameIsTakenByThePrimary() {
    JavaProcess primary = primary();
    primary.send("zone taken 64");
    primary.awaitLine("^done", LIMIT);
    JavaProcess secondary = start("--proc-type=secondary");
    secondary.awaitLine("^ready", LIMIT);
    secondary.send("zone taken 64");
    secondary.awaitLine("^error: .*taken", LIMIT);
    secondary.send("zone other 64");
    secondary.awaitLine("^done zone other", LIMIT);
    end(secondary);
    assertPrimaryStillServes(primary);
  }
}
