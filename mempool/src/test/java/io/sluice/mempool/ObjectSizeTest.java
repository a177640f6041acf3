package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.MemConfigLayout;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How far apart a pool's objects lie, and on which memory channels and ranks they begin. */
class ObjectSizeTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1", "2, 1", "3, 1", "4, 1", "6, 1", "8, 1", "2, 2", "4, 2", "4, 4", "3, 4", "12, 2"
  })
  void shouldBeginOnEveryChannelAndRankInTurn(int channels, int ranks) {
    int places = channels * ranks;
    for (int elt : new int[] {1, 64, 65, 128, 192, 200, 2048, 2176, 4032}) {
      int total = ObjectSize.of(elt, 0, channels, ranks).total();
      Set<Integer> first = new HashSet<>();
      for (int i = 0; i < places; i++) {
        first.add(i * (total / 64) % places);
      }
      assertEquals(places, first.size(), () -> elt + " bytes lie " + total + " apart");
      assertEquals(0, total % 64);
      assertTrue(total >= 64 + elt);
    }
  }

  @Test
  void shouldPadOnlyAsTheFlagsAllow() {
    assertEquals(new ObjectSize(64, 192, 64), ObjectSize.of(192, 0, 4, 1));
    assertEquals(new ObjectSize(64, 192, 0), ObjectSize.of(192, Mempool.F_NO_SPREAD, 4, 1));
    assertEquals(new ObjectSize(64, 200, 56), ObjectSize.of(200, Mempool.F_NO_SPREAD, 4, 1));
    int packed = Mempool.F_NO_SPREAD | Mempool.F_NO_CACHE_ALIGN;
    assertEquals(new ObjectSize(24, 200, 0), ObjectSize.of(197, packed, 4, 1));
  }

  @Test
  void shouldSpreadOverTheChannelsThatTheConfigNames() {
    try (SharedMemory memory = TestMemory.primary()) {
      long config = memory.config().address();
      for (int[] machine : new int[][] {{0, 0, 320}, {4, 1, 320}, {3, 1, 256}, {6, 5, 448}}) {
        Memory.putInt(config + MemConfigLayout.NCHANNEL, machine[0]);
        Memory.putInt(config + MemConfigLayout.NRANK, machine[1]);
        Mempool pool = Mempool.create(memory, "spread", 9, 192, 0, 0, null, -1, 0);
        int apart = pool.headerSize() + pool.eltSize() + pool.trailerSize();
        long[] last = new long[1];
        pool.objIter(
            (p, obj, index) -> {
              assertTrue(index == 0 || obj - last[0] == apart);
              last[0] = obj;
            });
        assertEquals(machine[2], apart, machine[0] + " channels of " + machine[1] + " ranks");
        pool.free(memory);
      }
    }
  }

  @Test
  void shouldServeOnePutterAndOneGetterWithPackedObjects() {
    int flags = Mempool.F_NO_CACHE_ALIGN | Mempool.F_SP_PUT | Mempool.F_SC_GET;
    try (SharedMemory memory = TestMemory.primary()) {
      Mempool pool =
          Mempool.create(
              memory, "packed", 63, 100, 0, 0, (p, o, i) -> Memory.putInt(o, i), -1, flags);
      assertEquals("ring_sp_sc", pool.opsName());
      assertEquals(24 + 104, pool.headerSize() + pool.eltSize() + pool.trailerSize());
      assertEquals(flags | Mempool.F_NO_SPREAD, pool.flags() & (flags | Mempool.F_NO_SPREAD));
      Set<Integer> numbers = new HashSet<>();
      long[] objs = new long[63];
      assertEquals(63, pool.getBulk(objs, 0, 63));
      for (long obj : objs) {
        assertEquals(pool.address(), Mempool.fromObj(obj));
        assertTrue(numbers.add(Memory.getInt(obj)));
      }
      pool.putBulk(objs, 0, 63);
      assertTrue(pool.isFull());
      pool.audit();
      pool.free(memory);
    }
  }
}
