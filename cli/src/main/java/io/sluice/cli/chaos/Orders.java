package io.sluice.cli.chaos;

import io.sluice.platform.StoreFaults;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Orders to die at a store, which come as lines {@code KIND N} on standard input: ahead of the Nth
 * store of what a {@link Death} names. One at most in the life of a process.
 */
final class Orders {
  private volatile Death death;
  private volatile long left;

  /** Reads on a thread of its own from now on. */
  void start() {
    Thread thread = new Thread(this::read, "orders");
    thread.setDaemon(true);
    thread.start();
  }

  private void read() {
    try (BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        String[] words = line.split(" ");
        left = Long.parseLong(words[1]);
        death = Death.valueOf(words[0]);
        if (death == Death.REAPER) {
          armReaper();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For the next dead process that this one happens to recover from. */
  private void armReaper() {
    StoreFaults.arm(left, "sluice-reaper");
  }

  /** Whether that is how to die; one volatile read. */
  boolean are(Death kind) {
    return death == kind;
  }

  /** From here on the calling thread's stores count. */
  void arm() {
    StoreFaults.arm(left);
  }

  /** From here on they do not; those counted count for the next time. */
  void disarm() {
    left -= StoreFaults.disarm();
  }
}
