package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessesTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int SIGTERM = 15;

  @Test
  void shouldTellTheLivingFromTheDeadByPidAndStartTime() {
    try (JavaProcess child = JavaProcess.start(Sleeper.class, List.of())) {
      child.awaitLine("ready", LIMIT);
      int pid = (int) child.pid();
      long start = Processes.startTime(pid);
      assertTrue(start > 0);
      assertTrue(Processes.isAlive(pid));
      assertTrue(Processes.isAlive(pid, start));
      assertFalse(Processes.isAlive(pid, start - 1));
      assertEquals(0, Processes.signal(pid, SIGTERM));
      assertEquals(128 + SIGTERM, child.awaitExit(LIMIT));
      Await.until("child gone", LIMIT, () -> !Processes.isAlive(pid));
      assertEquals(-1, Processes.startTime(pid));
      assertEquals(-Errno.ESRCH.number(), Processes.signal(pid, 0));
    }
  }

  @Test
  void shouldKnowItself() {
    assertTrue(Processes.isAlive(Libc.getpid()));
    assertEquals(0, Processes.signal(Libc.getpid(), 0));
  }

  /** Lives until it is told otherwise. */
  static final class Sleeper {
    public static void main(String[] args) throws InterruptedException {
      System.out.println("ready");
      Thread.sleep(Duration.ofMinutes(5).toMillis());
    }
  }
}
