package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Threads of processes that are no JVM, as the kernel shows them. */
class StockThreadTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int LOOKS = 200;

  /** Says so, and runs on without a system call. */
  private static JavaProcess spinning() {
    JavaProcess process =
        JavaProcess.startCommand(List.of("sh", "-c", "echo ready; while :; do :; done"));
    process.awaitLine("ready", LIMIT);
    return process;
  }

  private static Path directory(JavaProcess process) {
    return Path.of("/proc", Long.toString(process.pid()));
  }

  private static StockThread threadOf(JavaProcess process) {
    try {
      List<StockThread> threads = StockThread.allOf(directory(process));
      assertEquals(1, threads.size());
      return threads.get(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldBeOutAtTheFirstLookIfItSleepsInASystemCall() {
    try (JavaProcess process = JavaProcess.startCommand(List.of("sleep", "300"))) {
      Await.until("it is out", LIMIT, () -> threadOf(process).isOut());
    }
  }

  @Test
  void shouldNotBeOutAsLongAsItIsStoppedInItsOwnCode() {
    try (JavaProcess process = spinning()) {
      process.stopInItsOwnCode(LIMIT);
      StockThread thread = threadOf(process);
      for (int look = 0; look < LOOKS; look++) {
        assertFalse(thread.isOut());
      }
      process.signal("CONT");
      Await.until("it has run", LIMIT, thread::isOut);
    }
  }

  @Test
  void shouldNotCountWhatItRanBeforeTheFirstLook() {
    try (JavaProcess process = spinning()) {
      StockThread thread = threadOf(process);
      Await.until("it has run", LIMIT, thread::isOut);
      process.stopInItsOwnCode(LIMIT);
      assertFalse(threadOf(process).isOut());
    }
  }

  @Test
  void shouldBeOutWhenItHasEnded() {
    try (JavaProcess process = spinning()) {
      process.stopInItsOwnCode(LIMIT);
      StockThread thread = threadOf(process);
      assertFalse(thread.isOut());
      process.kill();
      Await.until("it is out", LIMIT, thread::isOut);
    }
  }

  @Test
  void shouldNotBeLookedForInAProcessThatIsNotThere() {
    assertThrows(IOException.class, () -> StockThread.allOf(Path.of("/proc/0")));
  }
}
