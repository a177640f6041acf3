package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.config.MemConfig;
import io.sluice.config.MemConfigLayout;
import io.sluice.config.MpMessage;
import io.sluice.config.ProcessTable;
import io.sluice.config.ProcessTableLayout;
import io.sluice.memseg.Heap;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import io.sluice.testing.Victims;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A primary is killed beside this process, a secondary, and others come in its place. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AdoptionTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int BLOCK = 5000;

  private final String prefix = UniquePrefix.next();
  private final List<JavaProcess> processes = new ArrayList<>();

  @AfterEach
  void killAll() {
    processes.forEach(JavaProcess::close);
  }

  private JavaProcess start(String... arguments) {
    List<String> all = new ArrayList<>(List.of("primary", "--file-prefix", prefix, "--no-pci"));
    all.addAll(List.of(arguments));
    JavaProcess process = JavaProcess.start(ZoneProcess.class, all.toArray(String[]::new));
    processes.add(process);
    return process;
  }

  private JavaProcess startReady(String... arguments) {
    JavaProcess process = start(arguments);
    process.awaitLine("^ready", LIMIT);
    return process;
  }

  private SharedMemory attach(Pages kind) {
    return SharedMemory.attach(
        EalOptions.parse(kind.options(prefix, "--proc-type", "secondary", "--no-pci")));
  }

  private void assertRefused(String line, String... arguments) {
    JavaProcess refused = start(arguments);
    refused.awaitLine("^refused " + line, LIMIT);
    assertEquals(1, refused.awaitExit(LIMIT));
  }

  private static long ask(JavaProcess process, String question, String answer) {
    process.send(question);
    return Long.parseLong(process.awaitLine("^" + answer + " (-?\\d+)", LIMIT).group(1));
  }

  private static long filled(Heap heap, long length) {
    long block = heap.malloc(null, length, 0);
    assertNotEquals(0, block);
    for (long at = 0; at < length; at += 8) {
      Memory.putLong(block + at, block + at);
    }
    return block;
  }

  private static void check(long block, long length) {
    for (long at = 0; at < length; at += 8) {
      assertEquals(block + at, Memory.getLong(block + at));
    }
  }

  @ParameterizedTest
  @EnumSource(Pages.class)
  void shouldGoOnWithTheNextPrimaryWhenOneIsKilled(Pages kind) {
    kind.assume();
    JavaProcess first = startReady(kind.optionsOnly("-m", "8"));
    JavaProcess second;
    try (SharedMemory memory = attach(kind)) {
      ProcessTable table = memory.processTable();
      int generation = table.primaryGeneration();
      assertEquals(first.pid(), table.primaryPid());
      assertTrue(table.isPrimaryAlive());
      Heap heap = memory.heap(MemZone.SOCKET_ID_ANY);
      long small = filled(heap, BLOCK);
      long big = filled(heap, 12 << 20);
      MemZone zone = MemZone.reserve(memory, "mine", 4096, MemZone.SOCKET_ID_ANY, 0);
      first.kill();
      assertFalse(table.isPrimaryAlive());
      assertEquals(generation, table.primaryGeneration());
      // As much as is there; more needs a primary, and none is waited for.
      assertTrue(heap.free(filled(heap, BLOCK)));
      assertEquals(0, heap.malloc(null, 40 << 20, 0));
      assertEquals(
          0, memory.mpChannel().requestSync(new MpMessage("anything", new byte[0]), LIMIT).sent());

      second = startReady(kind.optionsOnly("-m", "8"));
      assertNotEquals(generation, table.primaryGeneration());
      assertEquals(second.pid(), table.primaryPid());
      assertTrue(table.isPrimaryAlive());
      check(small, BLOCK);
      check(big, 12 << 20);
      assertEquals(small, ask(second, "peek " + small, "value"));
      second.send("lookup mine");
      second.awaitLine("found " + zone.address() + " 4096", LIMIT);
      // Grown by the one and by the other, each of which the other has mapped then.
      long grown = filled(heap, 40 << 20);
      assertEquals(grown, ask(second, "peek " + grown, "value"));
      long others = ask(second, "malloc " + (20 << 20), "block");
      Memory.putLong(others, 7);
      assertEquals(7, ask(second, "peek " + others, "value"));
      second.send("free " + others);
      second.awaitLine("^freed true", LIMIT);
      check(grown, 40 << 20);
      assertTrue(heap.free(grown));
      assertTrue(heap.free(big));
      assertTrue(heap.free(small));
      assertEquals(List.of(), heap.audit());
    }
    second.send("quit");
    assertEquals(0, second.awaitExit(LIMIT), second.stdout()::toString);
    assertEquals(List.of(), Traces.of(prefix));
  }

  @Test
  void shouldRefuseWhatAnotherReleaseKeepsInMemory() {
    JavaProcess first = startReady("--no-huge", "-m", "8");
    try (SharedMemory memory = attach(Pages.PLAIN)) {
      long table = MemZone.lookup(memory, ProcessTable.ZONE).address();
      Memory.putInt(table + ProcessTableLayout.VERSION, 7);
    }
    SluiceException refused = assertThrows(SluiceException.class, () -> attach(Pages.PLAIN));
    assertEquals(Errno.EINVAL, refused.errno());
    assertTrue(
        refused.getMessage().contains("in version 7, this one in 3; use one release"),
        refused.getMessage());
    first.send("quit");
    assertEquals(0, first.awaitExit(LIMIT), first.stdout()::toString);
    assertEquals(List.of(), Traces.of(prefix));
  }

  @Test
  void shouldRefuseOptionsThatContradictWhatThereIs() {
    JavaProcess first = startReady("--no-huge", "-m", "8");
    try (SharedMemory memory = attach(Pages.PLAIN)) {
      first.kill();
      int generation = memory.processTable().primaryGeneration();
      assertRefused(
          "EINVAL: secondaries of an earlier primary still use /var/run/dpdk/"
              + prefix
              + " at another address; start with --base-virtaddr=0x200000000000, or stop them",
          "--no-huge",
          "--base-virtaddr",
          "0x210000000000");
      assertRefused(
          "EINVAL: .*has one file for each page; start without --single-file-segments, or stop",
          "--no-huge",
          "--single-file-segments");
      assertRefused(
          "EBUSY: lcore 3 is taken by secondary", lcoresTaken(memory, 3), "--no-huge", "-l", "3");
      // None of them has harmed what others use: the next one finds all of it.
      Heap heap = memory.heap(MemZone.SOCKET_ID_ANY);
      long block = filled(heap, BLOCK);
      assertEquals(generation, memory.processTable().primaryGeneration());
      startReady("--no-huge");
      assertNotEquals(generation, memory.processTable().primaryGeneration());
      check(block, BLOCK);
      assertNotEquals(0, heap.malloc(null, 20 << 20, 0));
    }
  }

  private static String lcoresTaken(SharedMemory memory, int lcore) {
    memory.processTable().claimLcore(lcore);
    return "--log-level=1";
  }

  @Test
  void shouldRefuseToGoOnWithoutHugepagesWhereThereAreSome() {
    Pages.HUGEPAGES.assume();
    JavaProcess first = startReady("-m", "8");
    try (SharedMemory memory = attach(Pages.HUGEPAGES)) {
      first.kill();
      assertRefused("EINVAL: .*memory has hugepages; start without --no-huge, or", "--no-huge");
      assertFalse(memory.processTable().isPrimaryAlive());
    }
  }

  @Test
  void shouldRefuseWhatIsOfAnotherVersionOrNotWhole() throws IOException {
    JavaProcess first = startReady("--no-huge", "-m", "8");
    try (SharedMemory memory = attach(Pages.PLAIN)) {
      first.kill();
      long config = memory.config().address();
      int version = Memory.getInt(config + MemConfigLayout.VERSION);
      Memory.putInt(config + MemConfigLayout.VERSION, version + 1);
      assertRefused("EBUSY: secondaries of .*whose config is of version 0x160b0b64", "--no-huge");
      Memory.putInt(config + MemConfigLayout.VERSION, version);
      Memory.putInt(config + MemConfigLayout.MAGIC, 0);
      assertRefused("EBUSY: secondaries of .*whose config is not complete", "--no-huge");
      Memory.putInt(config + MemConfigLayout.MAGIC, MemConfig.MAGIC);
      startReady("--no-huge");
    }
  }

  @Test
  void shouldStartCleanOverAConfigThatWasNeverWhole() throws IOException {
    JavaProcess first = startReady("--no-huge", "-m", "8");
    first.kill();
    try (RandomAccessFile file =
        new RandomAccessFile("/var/run/dpdk/" + prefix + "/config", "rw")) {
      file.writeInt(0);
    }
    try (SharedMemory memory =
        SharedMemory.create(
            EalOptions.parse("--file-prefix", prefix, "--no-huge", "-m", "4", "--no-pci"))) {
      assertNull(memory.adoption());
    }
    assertEquals(List.of(), Traces.of(prefix));
  }

  /** A primary that gives up is followed by another, as one that dies. */
  @Test
  void shouldLeaveAllToTheNextWhenAPrimaryGivesUp() {
    EalOptions options =
        EalOptions.parse("--file-prefix", prefix, "--no-huge", "-m", "8", "--no-pci");
    SharedMemory memory = SharedMemory.create(options);
    JavaProcess secondary =
        JavaProcess.start(
            ZoneProcess.class, "secondary", "--file-prefix", prefix, "--no-huge", "--no-pci");
    processes.add(secondary);
    secondary.awaitLine("^ready", LIMIT);
    long block = ask(secondary, "malloc 64", "block");
    secondary.send("poke " + block + " 11");
    secondary.awaitLine("^done", LIMIT);
    int generation = memory.processTable().generation();
    memory.leave();
    try (SharedMemory next = SharedMemory.create(options)) {
      assertEquals(
          new SharedMemory.Adoption((int) ProcessHandle.current().pid(), generation, 1),
          next.adoption());
      assertEquals(11, Memory.getLong(block));
      secondary.send("quit");
      assertEquals(0, secondary.awaitExit(LIMIT));
    }
    assertEquals(List.of(), Traces.of(prefix));
  }

  /** One dies at it, the next adopts what it left and dies a little later, and so on. */
  @Test
  void shouldGoOnWithAnotherWhenOneDiesWhileItAdopts() {
    JavaProcess first = startReady("--no-huge", "-m", "8");
    int died = 0;
    try (SharedMemory memory = attach(Pages.PLAIN);
        Victims victims = new Victims(ZoneVictim.class, prefix, "adopt")) {
      Heap heap = memory.heap(MemZone.SOCKET_ID_ANY);
      long block = filled(heap, BLOCK);
      long allocated = heap.stats().allocSize();
      int generation = memory.processTable().primaryGeneration();
      first.kill();
      boolean lived = false;
      for (int nth = 1; !lived; nth++) {
        try (JavaProcess victim = victims.next()) {
          victim.send(Integer.toString(nth));
          lived = victim.awaitExitOrLine("^done ", LIMIT);
          assertEquals(lived, memory.processTable().isPrimaryAlive(), victim.stdout()::toString);
          assertEquals(lived, memory.processTable().primaryGeneration() != generation);
          if (lived) {
            long grown = filled(heap, 20 << 20);
            assertTrue(heap.free(grown));
          }
        }
        String death = "death " + nth;
        Await.until("the dead to be buried", LIMIT, () -> memory.processTable().allAlive());
        check(block, BLOCK);
        assertEquals(List.of(), heap.audit(), death);
        assertEquals(allocated, heap.stats().allocSize(), death);
        died++;
      }
    }
    assertTrue(died > 30, "died " + died + " times");
  }
}
