package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.testing.JavaProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One fbarray in several JVMs, its header in a shared page in front of it. */
class SharedFbarrayTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int LENGTH = 256;
  private static final int ELEMENT = 16;
  private static final int ROUNDS = 2_000;
  private static final long HEADER = 0x240000000000L;
  private static final long DATA = HEADER + 4096;

  @TempDir private Path directory;
  private Fbarray array;

  @BeforeEach
  void create() throws Exception {
    Files.write(directory.resolve("header"), new byte[4096]);
    map(directory);
    array = Fbarray.create(directory.toString(), HEADER, "shared", LENGTH, ELEMENT, DATA);
  }

  @AfterEach
  void destroy() {
    array.destroy();
    Libc.munmap(HEADER, 4096 + Fbarray.fileLength(LENGTH, ELEMENT));
  }

  private static void map(Path directory) {
    int fd = Libc.open(directory + "/header", Libc.O_RDWR, 0);
    int flags = Libc.MAP_SHARED | Libc.MAP_FIXED_NOREPLACE;
    assertEquals(HEADER, Libc.mmap(HEADER, 4096, Libc.PROT_READ | Libc.PROT_WRITE, flags, fd, 0));
    Libc.close(fd);
    long length = Fbarray.fileLength(LENGTH, ELEMENT);
    int reserve = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED_NOREPLACE;
    assertEquals(DATA, Libc.mmap(DATA, length, Libc.PROT_NONE, reserve, -1, 0));
  }

  private JavaProcess start(int number) {
    JavaProcess other =
        JavaProcess.start(Other.class, directory.toString(), Integer.toString(number));
    other.awaitLine("^ready", LIMIT);
    return other;
  }

  @Test
  void shouldFindTheSameInEveryProcess() {
    BitSet model = new BitSet(LENGTH);
    for (int[] run : new int[][] {{3, 10}, {61, 61}, {64, 64}, {70, 160}, {236, 255}}) {
      for (int i = run[0]; i <= run[1]; i++) {
        array.setUsed(i);
        model.set(i);
      }
    }
    try (JavaProcess other = start(0)) {
      other.send("check " + model.toString().replaceAll("[{} ]", ""));
      other.awaitLine("^same", LIMIT);
      other.send("free 61");
      other.awaitLine("^freed", LIMIT);
      model.clear(61);
      FbarrayModel.assertSame(array, model, LENGTH);
    }
  }

  @Test
  void shouldLoseNoMarkWhenAllSetAndFreeAtOnce() {
    int processes = 3;
    List<JavaProcess> others = new ArrayList<>();
    try {
      for (int i = 1; i < processes; i++) {
        others.add(start(i));
      }
      others.forEach(other -> other.send("churn " + processes));
      churn(array, 0, processes);
      others.forEach(other -> other.awaitLine("^churned", LIMIT));
      assertEquals(LENGTH, array.count());
      assertEquals(-1, array.findNextFree(0));
      for (int i = 0; i < LENGTH; i++) {
        assertEquals(i % processes, Memory.getLong(array.get(i)), "element " + i);
      }
    } finally {
      others.forEach(JavaProcess::close);
    }
  }

  @Test
  void shouldRefuseAnArrayThatAnotherProcessUses() {
    try (JavaProcess other = start(0)) {
      long header = Memory.allocate(FbarrayLayout.SIZEOF);
      array.detach();
      SluiceException used =
          assertThrows(
              SluiceException.class,
              () -> Fbarray.create(directory.toString(), header, "shared", LENGTH, ELEMENT, DATA));
      assertEquals(Errno.EBUSY, used.errno());
      Memory.release(header);
      other.send("free 1");
      other.awaitLine("^freed", LIMIT);
    }
  }

  /** Marks its share of the elements, whose words it shares with the others, again and again. */
  private static void churn(Fbarray array, int number, int processes) {
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = number; i < LENGTH; i += processes) {
        if (round % 2 == 0) {
          Memory.putLong(array.get(i), number);
          array.setUsed(i);
        } else if (round < ROUNDS - 1) {
          array.setFree(i);
        }
      }
    }
  }

  /** Another process with the array. */
  public static final class Other {
    private Other() {}

    /** The directory and the process's number. */
    public static void main(String[] args) {
      map(Path.of(args[0]));
      Fbarray array = Fbarray.attach(args[0], HEADER);
      System.out.println("ready");
      try (java.util.Scanner in = new java.util.Scanner(System.in)) {
        while (in.hasNextLine()) {
          String[] words = in.nextLine().split(" ");
          System.out.println(answer(array, words, Integer.parseInt(args[1])));
        }
      }
    }

    private static String answer(Fbarray array, String[] words, int number) {
      switch (words[0]) {
        case "check" -> {
          BitSet model = new BitSet(LENGTH);
          for (String index : words[1].split(",")) {
            model.set(Integer.parseInt(index));
          }
          FbarrayModel.assertSame(array, model, LENGTH);
          return "same";
        }
        case "churn" -> {
          churn(array, number, Integer.parseInt(words[1]));
          return "churned";
        }
        default -> {
          array.setFree(Integer.parseInt(words[1]));
          return "freed";
        }
      }
    }
  }
}
