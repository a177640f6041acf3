package io.sluice.testing;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition, never for a time. */
public final class Await {
  private static final long POLL_MILLIS = 1;

  private Await() {}

  /**
   * Waits as {@link #until(String, Duration, BooleanSupplier, Supplier)}, with no state of its own.
   */
  public static void until(String what, Duration limit, BooleanSupplier condition) {
    until(what, limit, condition, () -> "");
  }

  /**
   * Polls until the condition holds.
   *
   * @param what the condition in words, for the error
   * @param limit how long at the most
   * @param condition what to wait for
   * @param state what to print beside the thread dump if it never holds
   * @throws AssertionError with every thread's stack and the state, when the limit has passed
   */
  public static void until(
      String what, Duration limit, BooleanSupplier condition, Supplier<String> state) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "not within " + limit + ": " + what + "\n" + state.get() + "\n" + threadDump());
      }
      pause();
    }
  }

  static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static String threadDump() {
    StringBuilder dump = new StringBuilder();
    Thread.getAllStackTraces()
        .forEach(
            (thread, stack) -> {
              dump.append('"').append(thread.getName()).append("\" ").append(thread.getState());
              for (StackTraceElement frame : stack) {
                dump.append("\n    at ").append(frame);
              }
              dump.append('\n');
            });
    return dump.toString();
  }
}
