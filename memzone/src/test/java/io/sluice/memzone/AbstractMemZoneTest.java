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
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What DPDK's memzone_autotest asserts, for each kind of pages. */
abstract class AbstractMemZoneTest {
  private static final int ELEM_OVERHEAD = 128;
  private static final int ANY = MemZone.SOCKET_ID_ANY;

  private final String[] pageOptions;
  SharedMemory memory;

  AbstractMemZoneTest(String... pageOptions) {
    this.pageOptions = pageOptions;
  }

  @BeforeEach
  void create() {
    List<String> options = new ArrayList<>(List.of("--file-prefix", UniquePrefix.next()));
    options.addAll(Arrays.asList(pageOptions));
    memory = SharedMemory.create(EalOptions.parse(options.toArray(String[]::new)));
  }

  @AfterEach
  void close() {
    if (memory != null) {
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
      assertEquals(zone.address() / bound, (zone.address() + zone.length() - 1) / bound);
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
    MemZone aligned = MemZone.reserveAligned(memory, "max", 0, 0, 0, 4096);
    assertEquals(0, aligned.address() % 4096);
    assertTrue(aligned.length() <= stats.greatestFreeSize() - ELEM_OVERHEAD);
    assertTrue(aligned.length() >= stats.greatestFreeSize() - ELEM_OVERHEAD - 4096);
    MemZone.free(memory, aligned);
    assertEquals(stats, memory.heap(0).stats());
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

  @Test
  void shouldLookUpWhatIsThereInsteadOfReserving() {
    MemZone first = MemZone.lookupOrReserve(memory, "both", 100, ANY, 0, 64);
    MemZone second = MemZone.lookupOrReserve(memory, "both", 9999, ANY, 0, 64);
    assertEquals(first.address(), second.address());
    assertEquals(128, second.length());
  }

  @Test
  void shouldTakePagesOfTheSizeAskedFor() {
    MemZone small = MemZone.reserve(memory, "2M", 100, ANY, MemZone.MZ_2MB);
    assertEquals(2 << 20, small.hugepageSize());
    assertErrno(Errno.ENOMEM, () -> MemZone.reserve(memory, "1G", 100, ANY, MemZone.MZ_16MB));
    MemZone hint =
        MemZone.reserve(memory, "hint", 100, ANY, MemZone.MZ_16MB | MemZone.SIZE_HINT_ONLY);
    assertEquals(2 << 20, hint.hugepageSize());
    MemZone either = MemZone.reserve(memory, "either", 100, ANY, MemZone.MZ_2MB | MemZone.MZ_1GB);
    assertNotNull(either);
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
