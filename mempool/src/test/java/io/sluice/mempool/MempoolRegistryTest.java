package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.ring.Protection;
import io.sluice.testing.UniquePrefix;
import org.junit.jupiter.api.Test;

class MempoolRegistryTest {
  private static SharedMemory memory(String prefix) {
    return SharedMemory.create(
        EalOptions.parse("--file-prefix", prefix, "-m", "8", "--no-pci", "--no-huge"));
  }

  private static Mempool pool(SharedMemory memory, Protection protection) {
    MempoolConf conf = MempoolConf.of(63, 64).withProtection(protection);
    return Mempool.create(memory, "objects", conf, data -> {}, null);
  }

  /** What a handle remembers is of one memory, though the same be at the same place in the next. */
  @Test
  void shouldForgetThePoolsOfAMemoryThatIsClosed() {
    long address;
    try (SharedMemory memory = memory(UniquePrefix.next())) {
      Mempool pool = pool(memory, Protection.ON);
      address = pool.address();
      assertSame(pool, Mempool.at(address));
    }
    assertNull(Mempool.at(address));
    try (SharedMemory memory = memory(UniquePrefix.next())) {
      Mempool pool = pool(memory, Protection.ON);
      assertEquals(address, pool.address());
      assertSame(pool, Mempool.at(address));
    }
  }

  /** As another process may do it, of which this one's handle knows nothing. */
  @Test
  void shouldNotTakeAHandleForThatOfAPoolThatIsProtectedInAnotherWay() {
    try (SharedMemory memory = memory(UniquePrefix.next())) {
      Mempool first = pool(memory, Protection.OFF);
      first.free(memory);
      Mempool second = pool(memory, Protection.CLAIMS);
      assertEquals(first.address(), second.address());
      MempoolRegistry.add(memory, first);
      assertNotSame(first, Mempool.lookup(memory, "objects"));
    }
  }
}
