package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memseg.HeapStats;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.testing.UniquePrefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What DPDK's memzone_autotest asserts, for each kind of pages, in a primary or a secondary. */
abstract class AbstractMemZoneTest {
  private static final int ELEM_OVERHEAD = 128;
  private static final int ANY = MemZone.SOCKET_ID_ANY;

  SharedMemory memory;
  private final Set<String> before = new HashSet<>();
  private HeapStats statsBefore;

  /** A memory that nobody else uses meanwhile. */
  abstract SharedMemory open();

  /** As a primary with a prefix of its own. */
  static SharedMemory create(String... pageOptions) {
    List<String> options = new ArrayList<>(List.of("--file-prefix", UniquePrefix.next()));
    options.addAll(Arrays.asList(pageOptions));
    return SharedMemory.create(EalOptions.parse(options.toArray(String[]::new)));
  }

  @BeforeEach
  void takeStock() {
    memory = open();
    MemZone.walk(memory, zone -> before.add(zone.name()));
    statsBefore = memory.heap(0).stats();
  }

  @AfterEach
  void leaveNothing() {
    if (memory == null) {
      return;
    }
    try {
      List<MemZone> left = new ArrayList<>();
      MemZone.walk(memory, left::add);
      left.removeIf(zone -> before.contains(zone.name()));
      left.forEach(zone -> MemZone.free(memory, zone));
      assertEquals(before.size(), count());
      assertEquals(statsBefore, memory.heap(0).stats());
    } finally {
      memory.close();
    }
  }

  private MemZone reserve(String name, long length) {
    return MemZone.reserve(memory, name, length, ANY, 0);
  }

  private static void assertErrno(Errno errno, Executable call) {
    assertEquals(errno, assertThrows(SluiceException.class, call).errno());
  }

  private int count() {
    int[] count = new int[1];
    MemZone.walk(memory, zone -> count[0]++);
    return count[0];
  }

  private static void assertApart(MemZone... zones) {
    for (MemZone a : zones) {
      for (MemZone b : zones) {
        assertTrue(
            a == b
                || a.address() + a.length() <= b.address()
                || b.address() + b.length() <= a.address(),
            a.name() + " overlaps " + b.name());
        assertTrue(
            a == b || a.iova() + a.length() <= b.iova() || b.iova() + b.length() <= a.iova(),
            a.name() + " overlaps " + b.name() + " in IO addresses");
      }
    }
  }

  @Test
  void shouldReserveZonesThatAreAlignedApartAndFoundByName() {
    int before = count();
    MemZone one = reserve("one", 100);
    MemZone two = MemZone.reserve(memory, "two", 1000, 0, 0);
    MemZone three = reserve("three", 1024);
    assertApart(one, two, three);
    for (MemZone zone : List.of(one, two, three)) {
      assertEquals(0, zone.address() % 64);
      assertEquals(0, zone.iova() % 64);
      assertEquals(0, zone.length() % 64);
      assertEquals(0, zone.socketId());
      assertEquals(0, zone.flags());
      for (long at = 0; at < zone.length(); at++) {
        assertEquals(0, Memory.getByte(zone.address() + at));
      }
    }
    assertEquals(128, one.length());
    assertEquals(1024, three.length());
    assertEquals(before + 3, count());
    assertEquals(one.address(), MemZone.lookup(memory, "one").address());
    assertEquals(one.descriptor(), MemZone.lookup(memory, "one").descriptor());
    assertNull(MemZone.lookup(memory, "none"));
    assertErrno(Errno.EEXIST, () -> reserve("one", 100));
    String dump = MemZone.dump(memory);
    assertTrue(dump.contains("name:<two>, len:0x400, virt:0x" + Long.toHexString(two.address())));
    MemZone.free(memory, one);
    MemZone.free(memory, two);
    MemZone.free(memory, three);
    assertEquals(before, count());
  }

  @Test
  void shouldReserveOnASecondSocketOnlyWhereThereIsOne() {
    if (memory.heap(1).stats() == null && memory.isHugepageBacked()) {
      assertErrno(Errno.ENOMEM, () -> MemZone.reserve(memory, "there", 1000, 1, 0));
      assertNull(MemZone.lookup(memory, "there"));
      return;
    }
    // Without hugepages any socket's number is answered from what there is, as DPDK does.
    MemZone zone = MemZone.reserve(memory, "there", 1000, 1, 0);
    assertEquals(memory.heap(1).stats() == null ? 0 : 1, zone.socketId());
  }

  @Test
  void shouldGiveTheDescriptorOfAFreedZoneToTheNext() {
    MemZone first = reserve("first", 2000);
    MemZone second = reserve("second", 4000);
    assertTrue(first.descriptor() < second.descriptor());
    MemZone.free(memory, first);
    assertNull(MemZone.lookup(memory, "first"));
    MemZone third = reserve("third", 2000);
    assertEquals(first.descriptor(), third.descriptor());
    MemZone.free(memory, third);
    MemZone.free(memory, second);
    assertNull(MemZone.lookup(memory, "third"));
    assertNull(MemZone.lookup(memory, "second"));
  }

  @Test
  void shouldRefuseWhatIsNoZone() {
    assertErrno(Errno.EINVAL, () -> MemZone.reserveAligned(memory, "a", 100, ANY, 0, 100));
    assertErrno(
        Errno.EINVAL, () -> MemZone.reserve(memory, "f", 100, ANY, MemZone.IOVA_CONTIG << 1));
    assertErrno(Errno.EINVAL, () -> reserve("big", -1));
    assertErrno(Errno.ENOMEM, () -> reserve("big", 1L << 50));
    assertErrno(Errno.EINVAL, () -> MemZone.reserve(memory, "s", 100, -2, 0));
    assertErrno(
        Errno.EINVAL, () -> MemZone.reserveBounded(memory, "b", 100, ANY, 0, 32, 0xffff_ffffL));
    assertErrno(Errno.EINVAL, () -> MemZone.reserveBounded(memory, "b", 100, ANY, 0, 32, 32));
    assertErrno(Errno.ENAMETOOLONG, () -> reserve("n".repeat(32), 100));
    assertNotNull(reserve("n".repeat(31), 100));
    for (String name : List.of("a", "f", "big", "s", "b")) {
      assertNull(MemZone.lookup(memory, name));
    }
  }

  @Test
  void shouldAlignToEveryPowerOfTwo() {
    List<MemZone> zones = new ArrayList<>();
    for (int align = 32; align <= 65536; align *= 2) {
      MemZone zone = MemZone.reserveAligned(memory, "aligned" + align, 100, ANY, 0, align);
      assertEquals(0, zone.address() % Math.max(align, 64));
      assertEquals(0, zone.iova() % Math.max(align, 64));
      assertEquals(128, zone.length());
      zones.add(zone);
    }
    assertApart(zones.toArray(MemZone[]::new));
  }

  @Test
  void shouldCrossNoBound() {
    long[][] cases = {{100, 128, 128}, {100, 256, 128}, {100, 64, 1024}, {0, 64, 1024}};
    for (long[] wanted : cases) {
      long bound = wanted[2];
      MemZone zone = MemZone.reserveBounded(memory, "bound", wanted[0], ANY, 0, wanted[1], bound);
      assertEquals(0, zone.address() % wanted[1]);
      assertEquals(0, zone.iova() % wanted[1]);
      assertEquals(zone.address() / bound, (zone.address() + zone.length() - 1) / bound);
      assertEquals(zone.iova() / bound, (zone.iova() + zone.length() - 1) / bound);
      assertTrue(zone.length() >= Math.max(wanted[0], 64));
      assertEquals(wanted[0] == 0 ? bound : 128, zone.length());
      MemZone.free(memory, zone);
    }
  }

  @Test
  void shouldReserveTheBiggestBlockForLengthZero() {
    HeapStats stats = memory.heap(0).stats();
    MemZone zone = MemZone.reserve(memory, "max", 0, 0, 0);
    assertEquals(stats.greatestFreeSize() - ELEM_OVERHEAD, zone.length());
    MemZone.free(memory, zone);
    assertEquals(stats, memory.heap(0).stats());
  }

  @Test
  void shouldReserveTheBiggestAlignedBlockForLengthZero() {
    long most = memory.heap(0).stats().greatestFreeSize() - ELEM_OVERHEAD;
    for (int align = 32; align <= 4096; align *= 2) {
      MemZone aligned = MemZone.reserveAligned(memory, "max", 0, 0, 0, align);
      assertEquals(0, aligned.address() % align);
      assertTrue(aligned.length() <= most);
      assertTrue(aligned.length() >= most - Math.max(align, 64));
      MemZone.free(memory, aligned);
    }
  }

  @Test
  void shouldGiveMemoryAndNameBackOnceOnly() {
    HeapStats before = memory.heap(0).stats();
    MemZone zone = reserve("temp", 2000);
    MemZone.free(memory, zone);
    assertNull(MemZone.lookup(memory, "temp"));
    assertErrno(Errno.EINVAL, () -> MemZone.free(memory, zone));
    MemZone other = reserve("other", 4000);
    MemZone again = reserve("temp", 2000);
    assertNotEquals(other.address(), again.address());
    MemZone.free(memory, other);
    MemZone.free(memory, again);
    assertEquals(before, memory.heap(0).stats());
  }

  @Test
  void shouldSayWhenAllDescriptorsAreTaken() {
    List<MemZone> zones = new ArrayList<>();
    SluiceException full =
        assertThrows(
            SluiceException.class,
            () -> {
              while (true) {
                zones.add(reserve("zone" + zones.size(), 1));
              }
            });
    assertEquals(Errno.ENOSPC, full.errno());
    assertEquals(2560, count());
    MemZone.free(memory, zones.get(0));
    MemZone again = reserve("new", 0);
    assertNotNull(MemZone.lookup(memory, "new"));
    MemZone.free(memory, again);
    zones.subList(1, zones.size()).forEach(zone -> MemZone.free(memory, zone));
  }

  /** What func_reentrancy_autotest asserts. */
  @Test
  void shouldGiveANameOnceHoweverManyThreadsWantIt() throws Exception {
    int threads = 4;
    CyclicBarrier together = new CyclicBarrier(threads);
    AtomicInteger won = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<Future<?>> all = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      String own = "own_" + t + "_";
      all.add(
          pool.submit(
              () -> {
                together.await();
                for (int i = 0; i < 4; i++) {
                  won.addAndGet(tryReserve("once") ? 1 : 0);
                }
                for (int i = 0; i < 16; i++) {
                  MemZone zone = reserve(own + i, 4096);
                  assertEquals(zone.descriptor(), MemZone.lookup(memory, own + i).descriptor());
                }
                return null;
              }));
    }
    for (Future<?> each : all) {
      each.get();
    }
    pool.shutdown();
    assertEquals(1, won.get());
    assertEquals(before.size() + 1 + threads * 16, count());
  }

  private boolean tryReserve(String name) {
    try {
      reserve(name, 4096);
      return true;
    } catch (SluiceException e) {
      assertEquals(Errno.EEXIST, e.errno());
      return false;
    }
  }

  @Test
  void shouldLookUpWhatIsThereInsteadOfReserving() {
    MemZone first = MemZone.lookupOrReserve(memory, "both", 100, ANY, 0, 64);
    MemZone second = MemZone.lookupOrReserve(memory, "both", 9999, ANY, 0, 64);
    assertEquals(first.address(), second.address());
    assertEquals(128, second.length());
  }

  @Test
  void shouldTakePagesOfTheSizeAskedForOrAnyForAHint() {
    PageSizeChecks.assertAsAskedFor(memory);
  }

  @Test
  void shouldBeContiguousInIoAddressesWhenAsked() {
    MemZone zone = MemZone.reserve(memory, "contiguous", 5000, ANY, MemZone.IOVA_CONTIG);
    for (long at = 0; at < zone.length(); at += 64) {
      assertEquals(zone.iova() + at, memory.heap(ANY).virt2iova(zone.address() + at));
    }
    MemZone biggest = MemZone.reserve(memory, "biggest", 0, ANY, MemZone.IOVA_CONTIG);
    for (long at = 0; at < biggest.length(); at += 4096) {
      assertEquals(biggest.iova() + at, memory.heap(ANY).virt2iova(biggest.address() + at));
    }
  }
}
