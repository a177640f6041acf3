package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.config.MemConfigLayout;
import io.sluice.config.RuntimeDirectory;
import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be: each ends in one clear line, and leaves no file and no mapping. */
class RefusalTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long BASE = 0x210000000000L;

  private final String prefix = UniquePrefix.next();

  @AfterEach
  void leaveNothing() throws IOException {
    assertEquals(List.of(), Traces.of(prefix));
    assertNoMapping();
  }

  /** Nothing of this process lies in the terabyte from {@link #BASE} on. */
  private static void assertNoMapping() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      long start = Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16);
      assertFalse(start >= BASE - 0x10000 && start < BASE + (1L << 40), line);
    }
  }

  private EalOptions options(String... more) {
    String[] all = new String[more.length + 4];
    System.arraycopy(more, 0, all, 4, more.length);
    System.arraycopy(
        new String[] {"--file-prefix", prefix, "--base-virtaddr", "0x" + Long.toHexString(BASE)},
        0,
        all,
        0,
        4);
    return EalOptions.parse(all);
  }

  private void assertRefused(Errno errno, String words, String... more) throws IOException {
    SluiceException refused =
        assertThrows(SluiceException.class, () -> SharedMemory.create(options(more)).close());
    assertLine(errno, words, refused);
    leaveNothing();
  }

  private static void assertLine(Errno errno, String words, SluiceException refused) {
    assertEquals(errno, refused.errno(), refused.getMessage());
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
  }

  @Test
  void shouldRefuseAHugeDirThatIsNone(@TempDir Path ordinary) throws IOException {
    assertRefused(Errno.ENOENT, "is no directory", "--huge-dir", ordinary + "/none");
    assertRefused(Errno.EINVAL, "is not on a mounted hugetlbfs", "--huge-dir", "" + ordinary);
    assertRefused(Errno.EINVAL, "is not on a mounted hugetlbfs", "--huge-dir", "/");
  }

  @Test
  @RequiresRoot
  @RequiresHugepages(kb = 2048, count = 1)
  void shouldRefuseMoreMemoryThanThereIs() throws IOException {
    assertRefused(Errno.ENOMEM, "MB asked for", "-m", "1000000");
    assertRefused(Errno.ENOMEM, "MB asked for", "--socket-mem", "1000000");
    assertRefused(Errno.EINVAL, "sockets", "--socket-mem", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1");
  }

  @Test
  void shouldRefuseMorePlainMemoryThanThereIs() throws IOException {
    assertRefused(Errno.ENOMEM, "/dev/shm", "--no-huge", "-m", "100000000");
  }

  @Test
  void shouldNameWhatIsInTheWayOfTheWindowAndOfTheConfig() throws IOException {
    for (long at : new long[] {BASE + (1 << 30), BASE - 0x2000}) {
      int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED_NOREPLACE;
      assertEquals(at, Libc.mmap(at, 4096, Libc.PROT_READ, flags, -1, 0));
      try {
        SluiceException refused =
            assertThrows(
                SluiceException.class, () -> SharedMemory.create(options("--no-huge")).close());
        assertLine(Errno.EEXIST, Long.toHexString(at) + "-", refused);
        assertLine(Errno.EEXIST, "--base-virtaddr", refused);
        assertEquals(List.of(), Traces.of(prefix));
      } finally {
        Libc.munmap(at, 4096);
      }
    }
  }

  @Test
  void shouldNameWhatIsInASecondarysWay() {
    try (SharedMemory memory = SharedMemory.create(options("--no-huge"));
        JavaProcess secondary =
            JavaProcess.start(
                Blocked.class, List.of(), Long.toHexString(BASE + (1 << 30)), prefix)) {
      secondary.awaitLine("refused EEXIST: .*210040000000-.*HeapBaseMinAddress", LIMIT);
      assertEquals(1, secondary.awaitExit(LIMIT));
      assertEquals(1, count(memory));
    }
  }

  private static int count(SharedMemory memory) {
    int[] count = new int[1];
    memory.processTable().forEach(entry -> count[0]++);
    return count[0];
  }

  /** A secondary with something of its own in the window. */
  public static final class Blocked {
    private Blocked() {}

    /** Starts it. */
    public static void main(String[] args) throws IOException {
      long at = Long.parseLong(args[0], 16);
      int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS;
      Libc.mmap(at, 4096, Libc.PROT_READ, flags | Libc.MAP_FIXED_NOREPLACE, -1, 0);
      ZoneProcess.main(new String[] {"secondary", "--file-prefix", args[1]});
    }
  }

  @Test
  void shouldRefuseASecondPrimary() {
    try (SharedMemory memory = SharedMemory.create(options("--no-huge"))) {
      SluiceException here =
          assertThrows(SluiceException.class, () -> SharedMemory.create(options("--no-huge")));
      assertLine(Errno.EBUSY, "a primary already runs", here);
      try (JavaProcess second = start("primary", "--no-huge")) {
        second.awaitLine("refused EBUSY: a primary already runs", LIMIT);
        assertEquals(1, second.awaitExit(LIMIT));
      }
      // The first one is as it was, and still the primary.
      MemZone.reserve(memory, "alive", 64, -1, 0);
      try (JavaProcess secondary = start("secondary")) {
        secondary.awaitLine("ready", LIMIT);
      }
    }
  }

  @Test
  void shouldMakeOnePrimaryHoweverManyThreadsOfAProcessTry() throws Exception {
    int threads = 6;
    CyclicBarrier together = new CyclicBarrier(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    for (int round = 0; round < 5; round++) {
      List<Future<SharedMemory>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            pool.submit(
                () -> {
                  together.await();
                  return SharedMemory.create(options("--no-huge"));
                }));
      }
      SharedMemory made = theOnlyOne(all);
      try (JavaProcess second = start("primary", "--no-huge")) {
        second.awaitLine("refused EBUSY: a primary already runs", LIMIT);
      }
      made.close();
      leaveNothing();
    }
    pool.shutdown();
  }

  private static SharedMemory theOnlyOne(List<Future<SharedMemory>> all) throws Exception {
    List<SharedMemory> made = new ArrayList<>();
    for (Future<SharedMemory> each : all) {
      try {
        made.add(each.get());
      } catch (ExecutionException e) {
        assertLine(Errno.EBUSY, "a primary already runs", (SluiceException) e.getCause());
      }
    }
    assertEquals(1, made.size());
    return made.get(0);
  }

  private JavaProcess start(String role, String... more) {
    String[] all = new String[more.length + 3];
    System.arraycopy(new String[] {role, "--file-prefix", prefix}, 0, all, 0, 3);
    System.arraycopy(more, 0, all, 3, more.length);
    return JavaProcess.start(ZoneProcess.class, List.of(), all);
  }

  @Test
  void shouldRefuseASecondaryWithoutPrimary() {
    SluiceException refused =
        assertThrows(SluiceException.class, () -> SharedMemory.attach(options()));
    assertLine(Errno.ENOENT, "no primary runs on", refused);
    SluiceException observer =
        assertThrows(SluiceException.class, () -> SharedMemory.observe(options()));
    assertLine(Errno.ENOENT, "start a primary", observer);
  }

  @Test
  void shouldRefuseAnLcoreThatAnotherProcessHas() {
    try (SharedMemory memory = SharedMemory.create(options("--no-huge", "-l", "0,3"))) {
      try (JavaProcess secondary = start("secondary", "-l", "2-3")) {
        secondary.awaitLine(
            "refused EBUSY: lcore 3 is taken by primary \\(pid " + Libc.getpid() + "\\)", LIMIT);
        assertEquals(1, secondary.awaitExit(LIMIT));
      }
      assertEquals(1, count(memory), "the refused one has left the table");
      try (JavaProcess secondary = start("secondary", "-l", "1-2")) {
        secondary.awaitLine("ready", LIMIT);
        secondary.send("quit");
        assertEquals(0, secondary.awaitExit(LIMIT));
      }
    }
  }

  @Test
  void shouldRefuseAConfigOfAnotherVersion() {
    try (SharedMemory memory = SharedMemory.create(options("--no-huge"))) {
      Memory.putInt(memory.config().address() + MemConfigLayout.VERSION, 0x170b0063);
      for (String role : List.of("secondary", "observer")) {
        try (JavaProcess other = start(role)) {
          other.awaitLine(
              "refused EINVAL: .*version 0x170b0063 .DPDK 23.11.0., this program speaks 22.11",
              LIMIT);
          assertEquals(1, other.awaitExit(LIMIT));
        }
      }
    }
  }

  @Test
  void shouldRefuseAConfigThatIsCutShortOrGarbage() throws IOException {
    try (SharedMemory memory = SharedMemory.create(options("--no-huge"))) {
      // The primary's own descriptor must stay the only one of this process: another file instead.
      Path config = Path.of(memory.runtimeDirectory().path(), "config");
      byte[] good = new byte[MemConfigLayout.SIZEOF];
      Memory.copyToBytes(memory.config().address(), good, 0, good.length);
      assertObserverRefused(config, new byte[0], "cut short");
      assertObserverRefused(config, java.util.Arrays.copyOf(good, 4096), "cut short");
      byte[] garbage = new byte[good.length];
      new Random(1).nextBytes(garbage);
      assertObserverRefused(config, garbage, "garbage");
      // Right magic and version, and nothing right behind them.
      System.arraycopy(good, 0, garbage, 0, 8);
      assertObserverRefused(config, garbage, "garbage");
      System.arraycopy(good, 0, garbage, 0, 40);
      System.arraycopy(
          good, MemConfigLayout.MEM_CFG_ADDR, garbage, MemConfigLayout.MEM_CFG_ADDR, 8);
      assertObserverRefused(config, garbage, "garbage");
    }
  }

  /** In a prefix of its own, beside the real one. */
  private void assertObserverRefused(Path config, byte[] content, String words) throws IOException {
    RuntimeDirectory directory = RuntimeDirectory.of(prefix + "-bad");
    directory.create();
    Path bad = Path.of(directory.path(), "config");
    try (RandomAccessFile file = new RandomAccessFile(bad.toFile(), "rw")) {
      file.write(content);
    }
    Files.copy(config.resolveSibling("hugepage_info"), bad.resolveSibling("hugepage_info"));
    try (JavaProcess observer =
        JavaProcess.start(
            ZoneProcess.class, List.of(), "observer", "--file-prefix", prefix + "-bad")) {
      observer.awaitLine("refused EINVAL: .*" + words, LIMIT);
      assertEquals(1, observer.awaitExit(LIMIT));
    } finally {
      Files.deleteIfExists(bad);
      Files.deleteIfExists(bad.resolveSibling("hugepage_info"));
      directory.deleteIfEmpty();
    }
  }

  @Test
  void shouldBeUsableTwiceInOneProcessAtDifferentAddresses() {
    try (SharedMemory one = SharedMemory.create(options("--no-huge", "-m", "2"))) {
      String other = UniquePrefix.next();
      EalOptions elsewhere =
          EalOptions.parse(
              "--file-prefix", other, "--no-huge", "-m", "2", "--base-virtaddr", "0x220000000000");
      try (SharedMemory two = SharedMemory.create(elsewhere)) {
        MemZone a = MemZone.reserve(one, "same", 64, -1, 0);
        MemZone b = MemZone.reserve(two, "same", 64, -1, 0);
        Memory.putLong(a.address(), 1);
        assertEquals(0, Memory.getLong(b.address()));
      }
      assertEquals(List.of(), Traces.of(other));
    }
  }
}
