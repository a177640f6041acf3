package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.StoreFaults;
import io.sluice.testing.Await;
import io.sluice.testing.EachStore;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import java.util.List;
import java.util.Scanner;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Primaries die ahead of {@link EachStore} of registering a dynamic field and a flag, each going on
 * where the one before died, beside this process, a secondary: what is registered is whole, and
 * what is free agrees with it.
 */
@Tag("deaths")
class MbufDynDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> FLAGS =
      List.of("-Dsluice.faults=true", "-XX:TieredStopAtLevel=1");
  private static final int LCORE = 5;
  private static final int FIELDS_FROM = MbufLayout.DYNFIELD1;
  private static final int FREE_FLAG = 23;
  private static final int FREE_FLAGS = 18;
  private static final Pattern FIELD = Pattern.compile("name=(\\w+) offset=(\\d+) size=(\\d+)");
  private static final Pattern FLAG = Pattern.compile("name=(\\w+) bitnum=(\\d+)");
  private static final Pattern ROW = Pattern.compile("(?m)^  [0-9a-f]{4}: (.*)$");

  /** A primary: registers {@code field<n>} and {@code flag<n>} and dies ahead of its nth store. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) {
      try (SharedMemory memory = TestMemory.primary(arguments[0])) {
        System.out.println("ready");
        Scanner input = new Scanner(System.in);
        long nth = input.nextLong();
        StoreFaults.arm(nth);
        MbufDyn.registerField(memory, "field" + nth, 1, 1);
        MbufDyn.registerFlag(memory, "flag" + nth);
        StoreFaults.disarm();
        System.out.println("done");
        input.next();
      }
    }
  }

  private static Set<Integer> numbers(int from, int count) {
    Set<Integer> numbers = new TreeSet<>();
    for (int i = from; i < from + count; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  /** Nothing is given out twice, and all else is free. */
  private static void assertAgrees(SharedMemory memory) {
    String dump = MbufDyn.dump(memory);
    if (!dump.contains("Free space")) {
      assertTrue(!FIELD.matcher(dump).find() && !FLAG.matcher(dump).find(), dump);
      return;
    }
    Set<Integer> freeBytes = numbers(FIELDS_FROM, MbufLayout.SIZEOF - FIELDS_FROM);
    for (Matcher field = FIELD.matcher(dump); field.find(); ) {
      assertEquals(1, Integer.parseInt(field.group(3)), dump);
      assertTrue(freeBytes.remove(Integer.parseInt(field.group(2))), dump);
      assertEquals(
          Integer.parseInt(field.group(2)), MbufDyn.lookupField(memory, field.group(1)), dump);
    }
    Set<Integer> freeFlags = numbers(FREE_FLAG, FREE_FLAGS);
    for (Matcher flag = FLAG.matcher(dump); flag.find(); ) {
      assertTrue(freeFlags.remove(Integer.parseInt(flag.group(2))), dump);
    }
    int split = dump.indexOf("Free bit");
    assertEquals(freeBytes, notZero(dump.substring(0, split)), dump);
    assertEquals(freeFlags, notZero(dump.substring(split)), dump);
  }

  /** The numbers of the places that are not 0 in rows of eight. */
  private static Set<Integer> notZero(String rows) {
    Set<Integer> found = new TreeSet<>();
    int place = 0;
    for (Matcher row = ROW.matcher(rows); row.find(); ) {
      for (String value : row.group(1).split(" ")) {
        if (Integer.parseInt(value, 16) != 0) {
          found.add(place);
        }
        place++;
      }
    }
    return found;
  }

  @Test
  void shouldRegisterWholeOrNotAtAllWhereverThePrimaryDies() {
    String prefix = UniquePrefix.next();
    SharedMemory memory = null;
    try {
      boolean lived = false;
      for (int nth = EachStore.first(); !lived; nth += EachStore.STEP) {
        try (JavaProcess victim = JavaProcess.start(Victim.class, FLAGS, prefix)) {
          victim.awaitLine("ready", LIMIT);
          memory = memory == null ? TestMemory.secondary(prefix, LCORE) : memory;
          victim.send("" + nth);
          lived = victim.awaitExitOrLine("done", LIMIT);
        }
        Await.until("the dead to be buried", LIMIT, memory.processTable()::allAlive);
        assertEquals(List.of(), memory.heap(-1).audit());
        assertAgrees(memory);
      }
      String dump = MbufDyn.dump(memory);
      assertTrue(FIELD.matcher(dump).find() && FLAG.matcher(dump).find(), dump);
    } finally {
      if (memory != null) {
        memory.close();
      }
    }
  }
}
