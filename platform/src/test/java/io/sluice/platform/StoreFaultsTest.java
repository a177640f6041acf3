package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.testing.JavaProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreFaultsTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int KILLED = 128 + 9;

  /** Stores of every kind, each to a place of its own, and after each prints how many there are. */
  static final class Storer {
    private Storer() {}

    public static void main(String[] arguments) {
      long page =
          Libc.mmap(
              0,
              4096,
              Libc.PROT_READ | Libc.PROT_WRITE,
              Libc.MAP_SHARED | Libc.MAP_ANONYMOUS,
              -1,
              0);
      long own = Memory.allocate(64);
      StoreFaults.arm(Long.parseLong(arguments[0]));
      Memory.putLong(own, 1);
      Memory.putLong(page, 1);
      System.out.println("put");
      Memory.compareAndSetInt(page + 8, 0, 1);
      System.out.println("swapped");
      Memory.copyFromLongs(new long[] {1, 2, 3}, 0, page + 16, 3);
      System.out.println("copied");
      Memory.fill(page + 64, 24, (byte) 1);
      System.out.println("filled");
      System.out.println("stores=" + StoreFaults.disarm());
    }
  }

  private static List<String> dieAt(int nth, int exitCode) {
    try (JavaProcess child =
        JavaProcess.start(Storer.class, List.of("-Dsluice.faults=true"), Integer.toString(nth))) {
      assertEquals(exitCode, child.awaitExit(LIMIT));
      return child.stdout();
    }
  }

  @Test
  void shouldDieAheadOfTheNthStoreToSharedMemory() {
    List<List<String>> printed = new ArrayList<>();
    for (int nth : new int[] {1, 2, 3, 5, 6, 8}) {
      printed.add(dieAt(nth, KILLED));
    }
    assertEquals(
        List.of(
            List.of(),
            List.of("put"),
            List.of("put", "swapped"),
            List.of("put", "swapped"),
            List.of("put", "swapped", "copied"),
            List.of("put", "swapped", "copied")),
        printed);
  }

  @Test
  void shouldCountAllStoresWhenItDoesNotComeToTheNth() {
    assertEquals(List.of("put", "swapped", "copied", "filled", "stores=8"), dieAt(1_000, 0));
  }

  @Test
  void shouldRefuseToBeArmedWithoutTheFlag() {
    assertThrows(IllegalStateException.class, () -> StoreFaults.arm(1));
  }
}
