package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;

/** What is refused is so with its errno and in one line. */
final class Refusals {
  private Refusals() {}

  /** The line has these words. */
  static void assertRefused(Errno errno, String words, Runnable call) {
    SluiceException error = assertThrows(SluiceException.class, call::run);
    assertEquals(errno, error.errno(), error.getMessage());
    assertTrue(error.getMessage().contains(words), error.getMessage());
    assertEquals(1, error.getMessage().lines().count());
  }
}
