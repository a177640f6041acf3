package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.config.FbarrayLayout;
import io.sluice.config.MemConfigLayout;
import io.sluice.config.MemsegListLayout;
import io.sluice.config.RuntimeDirectory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who joins a live primary whose files were damaged is refused by one line, and never crashes. */
class DamagedMemoryTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final String prefix = UniquePrefix.next();
  private final SharedMemory memory =
      SharedMemory.create(EalOptions.parse("--file-prefix", prefix, "--no-huge", "-m", "8"));
  private final long config = memory.config().address();

  @AfterEach
  void close() {
    memory.close();
    assertEquals(List.of(), Traces.of(prefix));
  }

  private void assertRefused(String role, String line, String... jvmFlags) {
    try (JavaProcess other =
        JavaProcess.start(
            ZoneProcess.class, List.of(jvmFlags), role, "--file-prefix", prefix, "--no-pci")) {
      assertEquals(1, other.awaitExit(LIMIT), () -> String.join("\n", other.stdout()));
      List<String> printed = new ArrayList<>(other.stdout());
      printed.removeIf(each -> each.startsWith("SLF4J"));
      assertEquals(1, printed.size(), () -> String.join("\n", other.stdout()));
      assertTrue(printed.get(0).matches("refused " + line), printed.get(0));
    }
  }

  /** As a secondary and as an observer, after which nothing of them is left. */
  private void assertRefused(String line) {
    String[] before = Path.of(memory.runtimeDirectory().path()).toFile().list();
    assertRefused("secondary", line);
    assertRefused("observer", line);
    assertEquals(before.length, Path.of(memory.runtimeDirectory().path()).toFile().list().length);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldRefuseAConfigThatIsGarbageBehindItsHead(long seed) {
    int start = MemConfigLayout.MEMZONES;
    byte[] own = new byte[MemConfigLayout.NEXT_SOCKET_ID - start];
    Memory.copyToBytes(config + start, own, 0, own.length);
    byte[] garbage = new byte[own.length];
    new Random(seed).nextBytes(garbage);
    Memory.copyFromBytes(garbage, 0, config + start, garbage.length);
    try {
      assertRefused("EINVAL: .*/config is garbage.*");
    } finally {
      Memory.copyFromBytes(own, 0, config + start, own.length);
    }
  }

  @Test
  void shouldNotMapAnArrayOverWhatTheProcessHasThere() {
    long data = config + MemConfigLayout.MEMSEGS + MemsegListLayout.MEMSEG_ARR + FbarrayLayout.DATA;
    long own = Memory.getLong(data);
    // Where a JVM with these flags has its heap.
    Memory.putLong(data, 0x1000000000L);
    try {
      assertRefused(
          "secondary",
          "EEXIST: .*0x1000000000-.*in the way.*",
          "-Xms64m",
          "-Xmx64m",
          "-XX:HeapBaseMinAddress=64g",
          "-XX:+UseSerialGC");
    } finally {
      Memory.putLong(data, own);
    }
  }

  @Test
  void shouldNotWaitForALockThatNobodyFrees() {
    long lock = config + MemConfigLayout.MEMORY_HOTPLUG_LOCK;
    Memory.putInt(lock, 0x7eadbeef);
    try {
      assertRefused("secondary", "EBUSY: .*memory_hotplug_lock \\(0x7eadbeef\\).*");
    } finally {
      Memory.putInt(lock, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fbarray_memzone", "fbarray_memseg-2048k-0-3"})
  void shouldRefuseAnArrayThatIsCutShort(String file) throws IOException {
    Path array = Path.of(memory.runtimeDirectory().path(), file);
    long length = Files.size(array);
    byte[] content = Files.readAllBytes(array);
    truncate(array, length - 4096);
    assertRefused("EINVAL: .*/" + file + ", which is cut short.*");
    Files.write(array, content, StandardOpenOption.WRITE);
  }

  private static void truncate(Path file, long length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
    }
  }

  @Test
  void shouldRefuseAPageThatIsCutShortOrGone() throws IOException {
    // The first page holds nothing so far: blocks are taken from the end.
    Path page = Path.of("/dev/shm", prefix + "map_0");
    byte[] content = Files.readAllBytes(page);
    truncate(page, 4096);
    assertRefused("secondary", "ENOMEM: .*/" + prefix + "map_0,.*cut short.*");
    Path away = page.resolveSibling(prefix + "map_away");
    Files.move(page, away);
    assertRefused("secondary", "ENOMEM: .*/" + prefix + "map_0, which is gone.*");
    assertFalse(Files.exists(page), "a secondary makes no pages");
    Files.move(away, page);
    Files.write(page, content, StandardOpenOption.WRITE);
    assertRefusedNoMore();
  }

  private void assertRefusedNoMore() {
    try (JavaProcess secondary =
        JavaProcess.start(ZoneProcess.class, List.of(), "secondary", "--file-prefix", prefix)) {
      secondary.awaitLine("^ready", LIMIT);
      secondary.send("quit");
      assertEquals(0, secondary.awaitExit(LIMIT));
    }
  }

  @Test
  void shouldRefuseAConfigThatWasCutShortUnderALivePrimary() throws IOException {
    memory.close();
    String other = UniquePrefix.next();
    String[] options = {"--file-prefix", other, "--no-huge"};
    try (JavaProcess primary =
        JavaProcess.start(
            ZoneProcess.class, List.of(), "primary", options[0], options[1], options[2])) {
      primary.awaitLine("^ready", LIMIT);
      truncate(Path.of(RuntimeDirectory.of(other).path(), "config"), 100);
      try (JavaProcess secondary =
          JavaProcess.start(ZoneProcess.class, List.of(), "secondary", "--file-prefix", other)) {
        secondary.awaitLine("^refused " + Errno.EINVAL + ": .*/config is cut short", LIMIT);
        assertEquals(1, secondary.awaitExit(LIMIT));
      }
    }
    // The next primary takes over, and leaves nothing.
    SharedMemory.create(EalOptions.parse(options)).close();
    assertEquals(List.of(), Traces.of(other));
  }

  @Test
  void shouldShowAnObserverWhatWasThereAfterTheNextPrimaryHasTakenOver() {
    memory.close();
    String other = UniquePrefix.next();
    EalOptions options = EalOptions.parse("--file-prefix", other, "--no-huge");
    try (JavaProcess primary =
        JavaProcess.start(
            ZoneProcess.class, List.of(), "primary", "--file-prefix", other, "--no-huge")) {
      primary.awaitLine("^ready", LIMIT);
      primary.send("reserve shown 4096");
      primary.awaitLine("^reserved", LIMIT);
      try (JavaProcess observer =
          JavaProcess.start(ZoneProcess.class, List.of(), "observer", "--file-prefix", other)) {
        observer.awaitLine("^ready", LIMIT);
        primary.kill();
        SharedMemory.create(options).close();
        observer.send("lookup shown");
        observer.awaitLine("^found \\d+ 4096", LIMIT);
        observer.send("size");
        observer.awaitLine("^size \\d+", LIMIT);
        observer.send("quit");
        assertEquals(0, observer.awaitExit(LIMIT));
      }
    }
    assertEquals(List.of(), Traces.of(other));
  }
}
