package io.sluice.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LibcTest {
  private static final long BASE = 0x2f0000000000L;
  private static final int FLAGS = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED_NOREPLACE;

  @Test
  void shouldMapAtTheAddressAskedForAndRefuseOneTaken() {
    long mapped = Libc.mmap(BASE, 4096, Libc.PROT_READ | Libc.PROT_WRITE, FLAGS, -1, 0);
    try {
      assertEquals(BASE, mapped);
      Memory.putLong(mapped, 42);
      assertEquals(42, Memory.getLong(mapped));
      long again = Libc.mmap(BASE, 4096, Libc.PROT_READ, FLAGS, -1, 0);
      assertTrue(Libc.isError(again));
      assertEquals(Errno.EEXIST, Errno.ofResult(again));
    } finally {
      assertEquals(0, Libc.munmap(BASE, 4096));
    }
    assertThrows(IllegalMemoryAccessException.class, () -> Memory.getLong(BASE));
  }

  @Test
  void shouldReturnNegativeErrorNumber() {
    assertEquals(Errno.ENOENT, Errno.ofResult(Libc.open("/no/such/file", Libc.O_RDONLY, 0)));
    assertEquals(Errno.EBADF, Errno.ofResult(Libc.close(-1)));
    assertEquals(Errno.ENODEV, Errno.ofResult(Libc.ifNameToIndex("sluice-none")));
  }

  @Test
  void shouldAgreeWithTheJdkOnThePid() {
    assertEquals(ProcessHandle.current().pid(), Libc.getpid());
  }
}
