package io.sluice.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class JavaProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  static final class Echo {
    public static void main(String[] arguments) throws Exception {
      System.out.println("ready " + arguments[0] + " " + Boolean.getBoolean("sluice.checks"));
      java.io.BufferedReader in =
          new java.io.BufferedReader(new java.io.InputStreamReader(System.in));
      System.out.println("got " + in.readLine());
      System.exit(3);
    }
  }

  @Test
  void shouldTalkToTheChildAndReturnItsExitCode() {
    try (JavaProcess child = JavaProcess.start(Echo.class, "here")) {
      assertEquals("here true", child.awaitLine("ready (.*)", LIMIT).group(1));
      child.send("hello");
      assertEquals("hello", child.awaitLine("got (.*)", LIMIT).group(1));
      assertEquals(3, child.awaitExit(LIMIT));
    }
  }

  @Test
  void shouldKillTheChildOnClose() {
    JavaProcess child = JavaProcess.start(Echo.class, "here");
    child.close();
    assertFalse(child.isAlive());
  }

  @Test
  void shouldSayWhatTheChildPrintedWhenALineDoesNotCome() {
    try (JavaProcess child = JavaProcess.start(Echo.class, "here")) {
      child.awaitLine("ready", LIMIT);
      AssertionError error =
          assertThrows(AssertionError.class, () -> child.awaitLine("never", Duration.ofMillis(50)));
      assertTrue(error.getMessage().contains("ready here"), error.getMessage());
      assertTrue(error.getMessage().contains("Full thread dump"), error.getMessage());
    }
  }
}
