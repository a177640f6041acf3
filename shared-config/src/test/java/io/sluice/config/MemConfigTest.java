package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The config between a primary and a secondary in another JVM. */
class MemConfigTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long BASE = 0x230000000000L;

  private final RuntimeDirectory directory = RuntimeDirectory.of(UniquePrefix.next());

  @BeforeEach
  void create() {
    directory.create();
  }

  @AfterEach
  void leaveNothing() throws IOException {
    Files.deleteIfExists(Path.of(directory.path(), "config"));
    directory.deleteIfEmpty();
    assertFalse(Files.exists(Path.of(directory.path())));
  }

  private JavaProcess start(Class<?> main) {
    String path = directory.path();
    return JavaProcess.start(main, path.substring(path.lastIndexOf('/') + 1));
  }

  @Test
  void shouldStartWhilePrimariesThatEndTakeTheEmptyDirectoryAway() throws InterruptedException {
    AtomicBoolean ended = new AtomicBoolean();
    Thread ending =
        new Thread(
            () -> {
              while (!ended.get()) {
                directory.deleteIfEmpty();
                LockSupport.parkNanos(50_000);
              }
            });
    ending.start();
    try {
      for (int i = 0; i < 500; i++) {
        directory.create();
        MemConfig.create(directory, BASE).close();
      }
    } finally {
      ended.set(true);
      ending.join();
    }
  }

  @Test
  void shouldWaitForAPrimaryThatHasOnlyJustMadeTheFile() {
    try (JavaProcess primary = start(SlowPrimary.class)) {
      primary.awaitLine("^locked", LIMIT);
      assertTrue(MemConfig.isPrimaryAlive(directory));
      CompletableFuture<Long> attached = new CompletableFuture<>();
      Thread attaching =
          new Thread(
              () -> {
                try (MemConfig config = MemConfig.attach(directory)) {
                  attached.complete(config.address());
                } catch (SluiceException e) {
                  attached.completeExceptionally(e);
                }
              });
      attaching.start();
      Await.until("waiting", LIMIT, () -> attaching.getState() == Thread.State.TIMED_WAITING);
      primary.send("go");
      assertEquals(BASE, attached.join());
    }
  }

  /** Holds the lock of an empty config, and fills it when told to. */
  public static final class SlowPrimary {
    private SlowPrimary() {}

    /** Starts it. */
    public static void main(String[] args) throws IOException {
      Path config = Path.of(RuntimeDirectory.of(args[0]).path(), "config");
      try (FileChannel file =
          FileChannel.open(
              config,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE)) {
        file.lock(MemConfigLayout.MEMSEGS, 17408, false);
        System.out.println("locked");
        System.in.read();
        ByteBuffer image =
            ByteBuffer.allocate(MemConfigLayout.SIZEOF).order(ByteOrder.LITTLE_ENDIAN);
        image.putInt(MemConfigLayout.VERSION, MemConfig.VERSION);
        image.putLong(MemConfigLayout.MEM_CFG_ADDR, BASE);
        file.write(image, 0);
        file.write(image.rewind().limit(4).putInt(0, MemConfig.MAGIC), 0);
        System.out.println("complete");
        while (System.in.read() >= 0) {
          Thread.onSpinWait();
        }
      }
    }
  }

  /** Attaches once and says how that went. */
  public static final class Joiner {
    private Joiner() {}

    /** Starts it. */
    public static void main(String[] args) {
      try (MemConfig config = MemConfig.attach(RuntimeDirectory.of(args[0]))) {
        System.out.println("joined at " + Long.toHexString(config.address()));
      } catch (SluiceException e) {
        System.out.println("refused " + e.getMessage());
      }
    }
  }

  @Test
  void shouldRefuseSecondariesOnceTheyAreDisabled() {
    try (MemConfig config = MemConfig.create(directory, BASE)) {
      config.complete();
      assertTrue(config.disableMp());
      assertTrue(config.disableMp());
      assertEquals(1, Memory.getInt(config.address() + MemConfigLayout.MP_STATUS));
      try (JavaProcess secondary = start(Joiner.class)) {
        secondary.awaitLine("^refused .*rte_mp_disable.*EPERM", LIMIT);
      }
    }
  }

  @Test
  void shouldNotDisableWhatASecondaryHasUsed() {
    try (MemConfig config = MemConfig.create(directory, BASE)) {
      config.complete();
      try (JavaProcess secondary = start(Joiner.class)) {
        secondary.awaitLine("^joined at " + Long.toHexString(config.address()), LIMIT);
      }
      assertEquals(2, Memory.getInt(config.address() + MemConfigLayout.MP_STATUS));
      assertFalse(config.disableMp());
      try (JavaProcess secondary = start(Joiner.class)) {
        secondary.awaitLine("^joined", LIMIT);
      }
    }
  }

  @Test
  void shouldNotLeaveAConfigWhereAnAddressIsTaken() {
    try (MemConfig config = MemConfig.create(directory, BASE)) {
      RuntimeDirectory other = RuntimeDirectory.of(UniquePrefix.next());
      other.create();
      SluiceException taken =
          assertThrows(SluiceException.class, () -> MemConfig.create(other, BASE));
      assertEquals(Errno.EEXIST, taken.errno());
      assertFalse(Files.exists(Path.of(other.path(), "config")));
      assertFalse(MemConfig.isPrimaryAlive(other));
      MemConfig.create(other, BASE + (1L << 30)).close();
      other.deleteIfEmpty();
      assertTrue(MemConfig.isPrimaryAlive(directory));
      assertTrue(config.address() < BASE);
    }
  }
}
