package io.sluice.memzone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.MemConfigLayout;
import io.sluice.config.MemsegListLayout;
import io.sluice.platform.Errno;
import io.sluice.platform.HugepagePool;
import io.sluice.platform.HugepagePools;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What a zone gets for each of the page size flags, with the page sizes that there are. */
final class PageSizeChecks {
  private static final int MAX_LISTS = 128;
  private static final Map<Integer, Long> SIZES =
      Map.of(
          MemZone.MZ_2MB, 2L << 20,
          MemZone.MZ_1GB, 1L << 30,
          MemZone.MZ_16MB, 16L << 20,
          MemZone.MZ_16GB, 16L << 30);

  private PageSizeChecks() {}

  /** A size that is there is given, one that is not is refused, or replaced where it was a hint. */
  static void assertAsAskedFor(SharedMemory memory) {
    Set<Long> there = of(memory);
    SIZES.forEach(
        (flag, size) -> {
          int hint = flag | MemZone.SIZE_HINT_ONLY;
          if (!there.contains(size)) {
            assertRefused(memory, flag);
            assertTrue(there.contains(sizeOfNew(memory, hint)));
          } else if (!isUsedUp(memory, size)) {
            assertEquals(size, sizeOfNew(memory, flag));
            assertEquals(size, sizeOfNew(memory, hint));
          }
        });
    if (there.contains(2L << 20) || there.contains(1L << 30)) {
      assertTrue(there.contains(sizeOfNew(memory, MemZone.MZ_2MB | MemZone.MZ_1GB)));
    }
  }

  private static void assertRefused(SharedMemory memory, int flag) {
    SluiceException refused =
        assertThrows(
            SluiceException.class, () -> MemZone.reserve(memory, "none", 100, -1, flag).address());
    assertEquals(Errno.ENOMEM, refused.errno());
    assertNull(MemZone.lookup(memory, "none"));
  }

  private static long sizeOfNew(SharedMemory memory, int flags) {
    MemZone zone = MemZone.reserve(memory, "pages", 100, -1, flags);
    MemZone.free(memory, zone);
    return zone.hugepageSize();
  }

  /** Whether other programs have all pages of a size, which this memory could have had. */
  private static boolean isUsedUp(SharedMemory memory, long size) {
    long free = 0;
    for (HugepagePool pool : HugepagePools.current()) {
      free += pool.pageSize() == size ? pool.free() : 0;
    }
    return memory.isHugepageBacked() && size > 2 << 20 && free == 0;
  }

  /** The page sizes of the lists that memory can come from. */
  static Set<Long> of(SharedMemory memory) {
    Set<Long> sizes = new HashSet<>();
    for (int i = 0; i < MAX_LISTS; i++) {
      long list =
          memory.config().address() + MemConfigLayout.MEMSEGS + (long) i * MemsegListLayout.SIZEOF;
      if (Memory.getLong(list + MemsegListLayout.BASE_VA) != 0) {
        sizes.add(Memory.getLong(list + MemsegListLayout.PAGE_SZ));
      }
    }
    return sizes;
  }
}
