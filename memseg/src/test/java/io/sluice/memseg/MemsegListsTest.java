package io.sluice.memseg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.MemsegLayout;
import io.sluice.platform.HugepagePools;
import io.sluice.platform.Memory;
import io.sluice.testing.RequiresHugepages;
import io.sluice.testing.RequiresRoot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What DPDK's memory_autotest asserts, and where lists and their pages lie. */
class MemsegListsTest {
  private static final long MB = 1 << 20;

  private static void assertReadableWithDescriptors(PageFixture pages) {
    MemsegLists lists = pages.pages().lists();
    List<Long> addresses = new ArrayList<>();
    lists.walk(
        (list, page, memseg) -> {
          long address = Memory.getLong(memseg + MemsegLayout.ADDR);
          long length = Memory.getLong(memseg + MemsegLayout.LEN);
          addresses.add(address);
          for (long at = address; at < address + length; at += 4096) {
            assertEquals(0, Memory.getByte(at + 4095) & 0, "readable");
          }
          assertTrue(lists.descriptor(list, page) >= 0);
          assertTrue(lists.descriptorOffset(list, page) >= 0);
          assertEquals(memseg, lists.virt2memseg(address + length - 1));
          long ioAddress = lists.virt2iova(address + 100);
          assertEquals(address + 100, lists.iova2virt(ioAddress));
        });
    assertEquals(lists.totalSize() / (2 * MB), addresses.size());
    assertNotEquals(0, lists.totalSize());
    assertEquals(addresses.size(), lists.dump().split("\n").length);
  }

  @Test
  void shouldShowEveryPlainPage() {
    try (PageFixture pages = PageFixture.of("--no-huge", "-m", "10")) {
      assertEquals(10 * MB, pages.pages().lists().totalSize());
      assertReadableWithDescriptors(pages);
    }
  }

  @Test
  void shouldShowEveryPlainPageOfOneFile() {
    try (PageFixture pages = PageFixture.of("--no-huge", "-m", "10", "--single-file-segments")) {
      assertReadableWithDescriptors(pages);
    }
  }

  @Test
  @RequiresRoot
  @RequiresHugepages(kb = 2048, count = 8)
  void shouldShowEveryHugepageWithItsPhysicalAddress() {
    try (PageFixture pages = PageFixture.of("-m", "10", "--iova-mode", "pa")) {
      assertReadableWithDescriptors(pages);
      pages
          .pages()
          .lists()
          .walk(
              (list, page, memseg) ->
                  assertEquals(
                      Iova.physicalAddress(Memory.getLong(memseg + MemsegLayout.ADDR)),
                      Memory.getLong(memseg + MemsegLayout.IOVA)));
    }
  }

  @Test
  @RequiresRoot
  @RequiresHugepages(kb = 1048576, count = 1)
  void shouldGiveMemoryOfAGigabytePage() {
    long gigabyte = 1L << 30;
    try (PageFixture pages = PageFixture.of("--huge-dir", mountOf(gigabyte))) {
      long block = pages.heaps().alloc(64 * MB, -1, PageSizeFlags.MZ_1GB, 0, 0, false, 0);
      assertNotEquals(0, block);
      assertEquals(gigabyte, pages.pages().lists().totalSize());
      long memseg = pages.pages().lists().virt2memseg(block);
      assertEquals(gigabyte, Memory.getLong(memseg + MemsegLayout.HUGEPAGE_SZ));
      assertEquals(0, Memory.getLong(memseg + MemsegLayout.ADDR) % gigabyte);
      Memory.putLong(block + 64 * MB - 8, 5);
      HeapChain.assertConsistent(pages.heapAddress());
      assertTrue(pages.heap().free(block));
      assertEquals(0, pages.pages().lists().totalSize());
    }
  }

  private static String mountOf(long pageSize) {
    return HugepagePools.current().stream()
        .filter(pool -> pool.pageSize() == pageSize)
        .findFirst()
        .orElseThrow()
        .mountPoints()
        .get(0)
        .toString();
  }

  @Test
  void shouldPlanListsAsDpdkDoes() {
    // Measured of a stock primary, see the ABI document: memzone array at base + 0x7000.
    MemsegPlan plan = MemsegPlan.of(0x100035000L, List.of(2 * MB), new int[] {0});
    long[] bases = {0x100200000L, 0x500400000L, 0x900600000L, 0xd00800000L};
    long[] arrays = {0x100035000L, 0x500200000L, 0x900400000L, 0xd00600000L};
    assertEquals(4, plan.lists().size());
    for (int i = 0; i < 4; i++) {
      assertEquals(bases[i], plan.lists().get(i).baseAddress());
      assertEquals(arrays[i], plan.lists().get(i).arrayAddress());
      assertEquals(8192, plan.lists().get(i).segments());
      assertEquals("memseg-2048k-0-" + i, plan.lists().get(i).name());
    }
    assertEquals(0x1100800000L, plan.end());
    MemsegPlan both = MemsegPlan.of(1L << 45, List.of(1L << 30, 2 * MB), new int[] {0, 1});
    assertEquals(2 * 2 + 2 * 4, both.lists().size());
    assertEquals(32, both.lists().get(0).segments());
    assertEquals(1, both.lists().get(2).socket());
    long end = 0;
    for (MemsegPlan.PlannedList list : both.lists()) {
      assertTrue(list.arrayAddress() >= end);
      assertEquals(0, list.baseAddress() % list.pageSize());
      end = list.baseAddress() + list.length();
    }
  }

  @Test
  void shouldPreferBigPagesAndFillUpWithSmallOnes() {
    List<HugepageInfo> infos =
        List.of(
            new HugepageInfo(1L << 30, "big", new int[] {2}),
            new HugepageInfo(2 * MB, "small", new int[] {100}));
    assertEquals("[[1], [50]]", Preallocation.describe(infos, 1024 + 100));
    assertEquals("[[2], [0]]", Preallocation.describe(infos, 1024 + 300));
    assertEquals("[[0], [3]]", Preallocation.describe(infos, 5));
    assertEquals("[[2], [100]]", Preallocation.describe(infos, 2048 + 200));
  }
}
