package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.config.MemConfigLayout;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.SluiceException;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.RequiresCommand;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A JVM that cannot attach to a primary of stock DPDK says why in one line, leaves nothing of
 * itself, and the primary works on as if it had never been there.
 */
@RequiresRoot
@RequiresCommand({"gcc", "pkg-config", "setpriv"})
@RequiresHugepages(kb = 2048, count = 128)
@Timeout(180)
class StockPrimaryRefusalTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private static Path folder;

  private static Path program;

  @BeforeAll
  static void compile() throws IOException, InterruptedException {
    program = CProcess.compile(folder);
  }

  /** Attaches in a JVM of its own and says how that ended. */
  static final class Attacher {
    public static void main(String[] arguments) {
      try (SharedMemory memory =
          SharedMemory.attach(
              EalOptions.parse(
                  "--proc-type", "secondary", "--file-prefix", arguments[0], "--no-pci"))) {
        System.out.println("attached to " + memory.config().dpdkVersion());
      } catch (SluiceException e) {
        System.out.println("refused " + e.errno() + ": " + e.getMessage());
      }
    }
  }

  private static CPrimary primary(String... more) throws IOException {
    return new CPrimary(program, 0, "0", more);
  }

  private static SluiceException refused(CPrimary primary, Errno errno, String words) {
    SluiceException refused = assertThrows(SluiceException.class, primary::attach);
    assertEquals(errno, refused.errno(), refused::getMessage);
    assertTrue(refused.getMessage().contains(words), refused::getMessage);
    assertEquals(1, refused.getMessage().lines().count(), refused::getMessage);
    return refused;
  }

  /** It works still, also for one that attaches. */
  private static void assertUnharmed(CPrimary primary) throws IOException {
    primary.assertUnharmed();
    primary.attach().close();
    primary.assertUnharmed();
  }

  private static int exchange(CPrimary primary, int offset, int value) throws IOException {
    try (RandomAccessFile config = new RandomAccessFile(primary.config().toFile(), "rw")) {
      config.seek(offset);
      int before = Integer.reverseBytes(config.readInt());
      config.seek(offset);
      config.writeInt(Integer.reverseBytes(value));
      return before;
    }
  }

  @ParameterizedTest
  @CsvSource({
    MemConfigLayout.VERSION + ", 0x170b0063, (DPDK 23.11.0)",
    MemConfigLayout.MAGIC + ", 0, is not complete",
    MemConfigLayout.MAGIC + ", 0x12345678, is garbage (magic 0x12345678)",
  })
  void shouldNameWhatIsWrongWithTheConfig(int offset, String value, String words)
      throws IOException {
    try (CPrimary primary = primary()) {
      int before = exchange(primary, offset, Integer.decode(value));
      refused(primary, Errno.EINVAL, words);
      exchange(primary, offset, before);
      assertUnharmed(primary);
    }
  }

  @Test
  void shouldRespectThatSecondariesAreDisabled() throws IOException {
    try (CPrimary primary = primary()) {
      primary.tell("disable 0");
      assertEquals("disabled 1", primary.await("disabled"));
      refused(primary, Errno.EPERM, "has disabled secondaries (rte_mp_disable)");
      primary.assertUnharmed();
    }
  }

  private static boolean hasOpen(JavaProcess process, Path file) {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      Path real = file.toRealPath();
      return open.anyMatch(fd -> real.equals(target(fd)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path target(Path fd) {
    try {
      return Files.readSymbolicLink(fd);
    } catch (IOException e) {
      // Closed meanwhile.
      return null;
    }
  }

  @Test
  void shouldNotWaitForAPrimaryThatDiesBeforeItIsReady() throws Exception {
    try (CPrimary primary = primary()) {
      exchange(primary, MemConfigLayout.MAGIC, 0);
      try (JavaProcess attacher = JavaProcess.start(Attacher.class, primary.prefix)) {
        Await.until("the config to be open", LIMIT, () -> hasOpen(attacher, primary.config()));
        primary.kill();
        attacher.awaitLine("^refused EINVAL: .* is not complete, .* died", LIMIT);
        assertEquals(0, attacher.awaitExit(LIMIT));
      }
    }
  }

  @Test
  void shouldSayThatPagesWithoutFilesCannotBeShared() throws IOException {
    try (CPrimary primary = primary("--huge-unlink")) {
      refused(primary, Errno.ENOMEM, "there is none with --huge-unlink");
      primary.assertUnharmed();
    }
  }

  @Test
  void shouldNameTheAddressThatIsTaken() throws IOException {
    try (CPrimary primary = primary()) {
      long taken =
          Libc.mmap(
              CPrimary.BASE,
              4096,
              Libc.PROT_NONE,
              Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED_NOREPLACE,
              -1,
              0);
      try {
        assertEquals(CPrimary.BASE, taken);
        SluiceException refused =
            refused(primary, Errno.EEXIST, "0x" + Long.toHexString(CPrimary.BASE));
        assertTrue(refused.getMessage().contains("--base-virtaddr"), refused::getMessage);
      } finally {
        Libc.munmap(taken, 4096);
      }
      assertUnharmed(primary);
    }
  }

  @Test
  void shouldSayThatItMayNotOpenTheConfig() throws IOException {
    try (CPrimary primary = primary()) {
      // Another user's, and root without the right to pass over that.
      Files.setAttribute(primary.config(), "unix:uid", 65534);
      List<String> launcher =
          List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--");
      try (JavaProcess attacher =
          JavaProcess.start(launcher, Attacher.class, List.of(), primary.prefix)) {
        attacher.awaitLine("^refused EACCES: cannot open .*/config", LIMIT);
        assertEquals(0, attacher.awaitExit(LIMIT));
      }
      Files.setAttribute(primary.config(), "unix:uid", 0);
      assertUnharmed(primary);
    }
  }
}
