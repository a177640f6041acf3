package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memseg.HeapStats;
import io.sluice.platform.Memory;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several JVMs on one shared memory. */
class SharedMemoryTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final String prefix = UniquePrefix.next();
  private final List<JavaProcess> processes = new ArrayList<>();

  @BeforeEach
  void startClean() {
    assertEquals(List.of(), Traces.of(prefix));
  }

  @AfterEach
  void killAll() {
    processes.forEach(JavaProcess::close);
    assertEquals(List.of(), Traces.of(prefix));
  }

  private SharedMemory create(Pages kind) {
    return SharedMemory.create(EalOptions.parse(kind.options(prefix, "-m", "8")));
  }

  private JavaProcess start(String role, String... options) {
    JavaProcess process = startUnready(role, options);
    process.awaitLine("^ready", LIMIT);
    return process;
  }

  private JavaProcess startUnready(String role, String... options) {
    List<String> arguments = new ArrayList<>(List.of(role, "--file-prefix", prefix));
    arguments.addAll(List.of(options));
    JavaProcess process =
        JavaProcess.start(ZoneProcess.class, List.of(), arguments.toArray(String[]::new));
    processes.add(process);
    return process;
  }

  private static String ask(JavaProcess process, String line, String answer) {
    process.send(line);
    return process.awaitLine(answer, LIMIT).group(1);
  }

  private static long number(JavaProcess process, String line, String answer) {
    return Long.parseLong(ask(process, line, answer + " (\\d+)"));
  }

  private static void quit(JavaProcess process) {
    process.send("quit");
    assertEquals(0, process.awaitExit(LIMIT));
  }

  @ParameterizedTest
  @EnumSource(Pages.class)
  void shouldShareZonesBetweenProcessesAtOneAddress(Pages kind) {
    kind.assume();
    try (SharedMemory memory = create(kind)) {
      MemZone zone = MemZone.reserve(memory, "shared", 4096, -1, 0);
      Memory.putLong(zone.address(), 42);
      JavaProcess secondary = start("secondary");
      assertEquals(zone.address() + " 4096", ask(secondary, "lookup shared", "found (.*)"));
      assertEquals(42, number(secondary, "peek " + zone.address(), "value"));
      long theirs = number(secondary, "reserve theirs 8192", "reserved");
      ask(secondary, "poke " + theirs + " 43", "(done)");
      assertEquals(theirs, MemZone.lookup(memory, "theirs").address());
      assertEquals(43, Memory.getLong(theirs));
      assertTrue(number(secondary, "writable " + prefix, "writable") > 0);
      assertTrue(ask(secondary, "reserve shared 64", "failed (\\w+)").equals("EEXIST"));
      quit(secondary);
    }
  }

  @ParameterizedTest
  @EnumSource(Pages.class)
  void shouldShowLiveSecondariesThePagesThatThePrimaryAddsAndTakes(Pages kind) {
    kind.assume();
    try (SharedMemory memory = create(kind)) {
      JavaProcess one = start("secondary");
      JavaProcess two = start("secondary");
      long before = memory.memsegs().totalSize();
      long block = memory.heap(-1).malloc(null, 20 << 20, 0);
      assertNotEquals(0, block);
      Memory.putLong(block, 7);
      Memory.putLong(block + (20 << 20) - 8, 8);
      for (JavaProcess secondary : List.of(one, two)) {
        assertEquals(7, number(secondary, "peek " + block, "value"));
        assertEquals(8, number(secondary, "peek " + (block + (20 << 20) - 8), "value"));
      }
      memory.heap(-1).free(block);
      assertEquals(before, memory.memsegs().totalSize());
      assertEquals(before, number(one, "size", "size"));
      quit(one);
      quit(two);
    }
  }

  @ParameterizedTest
  @EnumSource(Pages.class)
  void shouldShowEverybodyThePagesThatASecondaryAsksFor(Pages kind) {
    kind.assume();
    try (SharedMemory memory = create(kind)) {
      JavaProcess one = start("secondary");
      JavaProcess two = start("secondary");
      long before = memory.memsegs().totalSize();
      long block = number(one, "malloc " + (20 << 20), "block");
      assertNotEquals(0, block);
      ask(one, "poke " + block + " 9", "(done)");
      assertEquals(9, Memory.getLong(block));
      assertEquals(9, number(two, "peek " + block, "value"));
      assertEquals("true", ask(two, "free " + block, "freed (\\w+)"));
      assertEquals(before, memory.memsegs().totalSize());
      assertEquals(0, number(one, "malloc " + (1L << 50), "block"));
      long again = number(two, "malloc " + (5 << 20), "block");
      assertEquals(0, Memory.getLong(again), "pages come back zeroed");
      quit(two);
      memory.heap(-1).free(again);
      assertEquals(before, memory.memsegs().totalSize());
      quit(one);
    }
  }

  @ParameterizedTest
  @EnumSource(Pages.class)
  void shouldGrowAlthoughASecondaryWasKilled(Pages kind) {
    kind.assume();
    try (SharedMemory memory = create(kind)) {
      JavaProcess killed = start("secondary", "-l", "5");
      JavaProcess alive = start("secondary", "-l", "6");
      killed.kill();
      long block = memory.heap(-1).malloc(null, 10 << 20, 0);
      assertNotEquals(0, block);
      assertEquals(0, number(alive, "peek " + block, "value"));
      assertEquals(2, number(alive, "processes", "processes"));
      JavaProcess successor = start("secondary", "-l", "5");
      assertEquals(3, number(alive, "processes", "processes"));
      memory.heap(-1).free(block);
      quit(successor);
      quit(alive);
    }
  }

  private static List<MemZone> zones(SharedMemory memory) {
    List<MemZone> zones = new ArrayList<>();
    MemZone.walk(memory, zones::add);
    return zones;
  }

  @ParameterizedTest
  @EnumSource(Pages.class)
  void shouldGiveEachNameOnceWhenManyProcessesReserveAtOnce(Pages kind) {
    kind.assume();
    int zones = 60;
    try (SharedMemory memory = create(kind)) {
      int before = zones(memory).size();
      List<JavaProcess> contenders = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        contenders.add(start("secondary"));
      }
      for (int i = 0; i < 3; i++) {
        contenders.get(i).send("contend " + (char) ('a' + i) + " " + zones);
      }
      int won = 0;
      for (JavaProcess contender : contenders) {
        won += Integer.parseInt(contender.awaitLine("won (\\d+)", LIMIT).group(1));
      }
      assertEquals(zones, won);
      List<MemZone> all = zones(memory);
      assertEquals(before + zones + 3 * (zones - zones / 3), all.size());
      assertConserved(all);
      contenders.forEach(SharedMemoryTest::quit);
    }
  }

  private static void assertConserved(List<MemZone> zones) {
    Set<String> names = new HashSet<>();
    List<MemZone> sorted = new ArrayList<>(zones);
    sorted.sort(Comparator.comparingLong(MemZone::address));
    long end = 0;
    for (MemZone zone : sorted) {
      assertTrue(names.add(zone.name()), zone.name() + " is there twice");
      assertTrue(zone.address() >= end, zone.name() + " overlaps");
      end = zone.address() + zone.length();
      if (!zone.name().startsWith("SLUICE_")) {
        byte mark = Memory.getByte(zone.address());
        assertNotEquals(0, mark, zone.name());
        for (long at = zone.address(); at < end; at++) {
          assertEquals(mark, Memory.getByte(at), zone.name() + " is written by two");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Pages.class)
  void shouldGrowAndShrinkForAllAtOnce(Pages kind) {
    kind.assume();
    try (SharedMemory memory = create(kind)) {
      HeapStats before = memory.heap(0).stats();
      List<JavaProcess> churning = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        churning.add(start("secondary"));
      }
      for (int i = 0; i < 3; i++) {
        churning.get(i).send("churn " + (i + 1) + " 60");
      }
      for (int i = 0; i < 30; i++) {
        long block = memory.heap(-1).malloc(null, 2 << 20, 0);
        assertNotEquals(0, block);
        Memory.fill(block, 2 << 20, (byte) 9);
        assertTrue(memory.heap(-1).free(block));
      }
      churning.forEach(process -> process.awaitLine("^churned", LIMIT));
      assertEquals(before, memory.heap(0).stats());
      churning.forEach(SharedMemoryTest::quit);
    }
  }

  @ParameterizedTest
  @EnumSource(Pages.class)
  void shouldGrowWhileSecondariesComeAndGo(Pages kind) {
    kind.assume();
    try (SharedMemory memory = create(kind)) {
      JavaProcess visitor =
          JavaProcess.start(Visitor.class, List.of(), "40", "--file-prefix", prefix);
      processes.add(visitor);
      while (visitor.isAlive()) {
        long block = memory.heap(-1).malloc(null, 4 << 20, 0);
        assertNotEquals(0, block);
        Memory.fill(block, 4 << 20, (byte) 1);
        assertTrue(memory.heap(-1).free(block));
      }
      assertEquals(0, visitor.awaitExit(LIMIT), visitor.stdout()::toString);
    }
  }

  /** Attaches and detaches again and again. */
  public static final class Visitor {
    private Visitor() {}

    /** Starts it. */
    public static void main(String[] args) {
      EalOptions options = EalOptions.parse(Arrays.copyOfRange(args, 1, args.length));
      for (int i = 0; i < Integer.parseInt(args[0]); i++) {
        try (SharedMemory memory = SharedMemory.attach(options)) {
          long block = memory.heap(-1).zmalloc(null, i % 2 == 0 ? 100 : 3 << 20, 0);
          if (block == 0 || !memory.heap(-1).free(block)) {
            throw new IllegalStateException("visit " + i);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Pages.class)
  void shouldCleanUpAfterAKilledPrimaryAtTheNextStart(Pages kind) {
    kind.assume();
    JavaProcess primary = start("primary", kind.optionsOnly("-m", "8"));
    primary.kill();
    assertFalse(Traces.of(prefix).isEmpty());
    try (SharedMemory memory = create(kind)) {
      MemZone zone = MemZone.reserve(memory, "again", 1 << 20, -1, 0);
      for (long at = 0; at < zone.length(); at += 8) {
        assertEquals(0, Memory.getLong(zone.address() + at));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Pages.class)
  void shouldObserveWithoutBeingSeen(Pages kind) {
    kind.assume();
    try (SharedMemory memory = create(kind)) {
      MemZone zone = MemZone.reserve(memory, "shown", 4096, -1, 0);
      Memory.putLong(zone.address(), 21);
      String[] before = new File(memory.runtimeDirectory().path()).list();
      JavaProcess observer = start("observer");
      assertEquals(zone.address() + " 4096", ask(observer, "lookup shown", "found (.*)"));
      assertEquals(21, number(observer, "peek " + zone.address(), "value"));
      assertEquals(1, number(observer, "processes", "processes"));
      assertEquals(0, number(observer, "writable " + prefix, "writable"));
      assertEquals(0, number(observer, "malloc 64", "block"));
      assertEquals("ENOMEM", ask(observer, "reserve none 64", "failed (\\w+)"));
      assertEquals(before.length, new File(memory.runtimeDirectory().path()).list().length);
      quit(observer);
    }
  }
}
