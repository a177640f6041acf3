package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** As {@code test_mbuf_dyn} of DPDK's {@code mbuf_autotest}. */
class MbufDynTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private String prefix;
  private SharedMemory memory;

  @BeforeEach
  void createMemory() {
    prefix = UniquePrefix.next();
    memory = TestMemory.primary(prefix);
  }

  @AfterEach
  void closeMemory() {
    memory.close();
  }

  private void assertRefused(Errno errno, Runnable call) {
    SluiceException error = assertThrows(SluiceException.class, call::run);
    assertEquals(errno, error.errno());
    assertEquals(1, error.getMessage().lines().count());
  }

  @Test
  void shouldGiveFieldsPlacesThatDoNotOverlap() {
    int first = MbufDyn.registerField(memory, "first", 1, 1);
    int second = MbufDyn.registerField(memory, "second", 8, 8);
    int third = MbufDyn.registerField(memory, "third", 4, 4);
    assertEquals(0, second % 8);
    assertEquals(0, third % 4);
    boolean[] taken = new boolean[128];
    for (int[] field : new int[][] {{first, 1}, {second, 8}, {third, 4}}) {
      for (int i = field[0]; i < field[0] + field[1]; i++) {
        assertTrue(i >= 92 && !taken[i], "byte " + i);
        taken[i] = true;
      }
    }
    assertEquals(first, MbufDyn.registerField(memory, "first", 1, 1));
    assertEquals(second, MbufDyn.lookupField(memory, "second"));
    assertEquals(-1, MbufDyn.lookupField(memory, "none"));
    assertTrue(MbufDyn.dump(memory).contains("name=second offset=" + second + " size=8 align=8"));
  }

  @Test
  void shouldGiveOutEveryByteAndThenRefuse() {
    for (int i = 0; i < 36; i++) {
      MbufDyn.registerField(memory, "byte" + i, 1, 1);
    }
    assertRefused(Errno.ENOENT, () -> MbufDyn.registerField(memory, "more", 1, 1));
  }

  @Test
  void shouldGiveOutEveryFlagAndThenRefuse() {
    long bits = 0;
    for (int i = 0; i < 18; i++) {
      bits |= 1L << MbufDyn.registerFlag(memory, "flag" + i);
    }
    assertEquals((1L << 41) - (1L << 23), bits);
    assertRefused(Errno.ENOENT, () -> MbufDyn.registerFlag(memory, "more"));
    assertEquals(MbufDyn.lookupFlag(memory, "flag3"), MbufDyn.registerFlag(memory, "flag3"));
    assertEquals(-1, MbufDyn.lookupFlag(memory, "none"));
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    MbufDyn.registerField(memory, "known", 4, 4);
    assertRefused(Errno.EEXIST, () -> MbufDyn.registerField(memory, "known", 4, 2));
    assertRefused(Errno.EEXIST, () -> MbufDyn.registerField(memory, "known", 8, 4));
    assertRefused(Errno.EINVAL, () -> MbufDyn.registerField(memory, "large", 256, 1));
    assertRefused(Errno.EINVAL, () -> MbufDyn.registerField(memory, "align", 2, 3));
    assertRefused(Errno.ENOENT, () -> MbufDyn.registerField(memory, "room", 40, 4));
    assertRefused(Errno.ENAMETOOLONG, () -> MbufDyn.registerField(memory, "n".repeat(64), 4, 4));
    assertRefused(Errno.ENAMETOOLONG, () -> MbufDyn.registerFlag(memory, ""));
  }

  @Test
  void shouldRegisterAtAPlaceOfOnesChoice() {
    int place = MbufLayout.DYNFIELD1 + 4;
    assertEquals(place, MbufDyn.registerFieldAt(memory, "there", 1, 1, place));
    assertEquals(place, MbufDyn.registerField(memory, "there", 1, 1));
    assertRefused(Errno.EEXIST, () -> MbufDyn.registerFieldAt(memory, "there", 1, 1, place + 1));
    assertRefused(Errno.EBUSY, () -> MbufDyn.registerFieldAt(memory, "taken", 1, 1, place));
    assertRefused(Errno.EBUSY, () -> MbufDyn.registerFieldAt(memory, "odd", 4, 4, place + 2));
    assertRefused(
        Errno.EBUSY, () -> MbufDyn.registerFieldAt(memory, "flags", 1, 1, MbufLayout.OL_FLAGS));
    assertRefused(Errno.EBUSY, () -> MbufDyn.registerFieldAt(memory, "end", 2, 1, 127));
    assertRefused(Errno.EBUSY, () -> MbufDyn.registerFieldAt(memory, "far", 1, 1, 1 << 20));
    assertRefused(Errno.EBUSY, () -> MbufDyn.registerFieldAt(memory, "before", 1, 1, -1));
    assertEquals(40, MbufDyn.registerFlagAt(memory, "last", 40));
    assertEquals(40, MbufDyn.registerFlag(memory, "last"));
    assertRefused(Errno.EEXIST, () -> MbufDyn.registerFlagAt(memory, "last", 39));
    assertRefused(Errno.EBUSY, () -> MbufDyn.registerFlagAt(memory, "again", 40));
    assertRefused(Errno.EBUSY, () -> MbufDyn.registerFlagAt(memory, "used", 0));
    assertRefused(Errno.EINVAL, () -> MbufDyn.registerFlagAt(memory, "none", 64));
    assertRefused(Errno.EINVAL, () -> MbufDyn.registerFlagAt(memory, "none", -1));
  }

  @Test
  void shouldAlignAFieldMoreThanItIsLarge() {
    assertEquals(0, MbufDyn.registerField(memory, "byte", 1, 16) % 16);
    assertRefused(Errno.EINVAL, () -> MbufDyn.registerField(memory, "bad", 4, Integer.MIN_VALUE));
    assertRefused(Errno.EINVAL, () -> MbufDyn.registerField(memory, "bad", 4, 256));
    assertRefused(Errno.EINVAL, () -> MbufDyn.registerField(memory, "bad", 4, 0));
    assertRefused(Errno.EINVAL, () -> MbufDyn.registerField(memory, "bad", 128, 1));
    assertRefused(Errno.EINVAL, () -> MbufDyn.registerField(memory, "bad", 0, 1));
    assertRefused(Errno.ENOENT, () -> MbufDyn.registerField(memory, "nowhere", 1, 128));
  }

  @Test
  void shouldCarryFieldsAndFlagsIntoClonesAndCopies() {
    int one = MbufDyn.registerField(memory, "one", 1, 1);
    int two = MbufDyn.registerField(memory, "two", 2, 2);
    long flag = 1L << MbufDyn.registerFlag(memory, "flag");
    Mempool pool = PktmbufPool.create(memory, "mbufs", 7, 0, 0, 256, -1);
    long m = Mbuf.alloc(pool);
    Mbuf.append(m, 8);
    Memory.putByte(m + one, (byte) 200);
    Memory.putShort(m + two, (short) 1000);
    Mbuf.setOlFlags(m, Mbuf.olFlags(m) | flag);
    for (long other : new long[] {m, MbufAttach.clone(m, pool), MbufData.copy(m, pool, 0, 8)}) {
      assertEquals((byte) 200, Memory.getByte(other + one));
      assertEquals(1000, Memory.getShort(other + two));
      assertEquals(flag, Mbuf.olFlags(other) & flag);
      Mbuf.free(other);
    }
    assertTrue(pool.isFull());
    pool.free(memory);
  }

  @Test
  void shouldDumpWhatIsFreeAsDpdkDoes() {
    assertEquals("Reserved fields:\nReserved flags:\n", MbufDyn.dump(memory));
    MbufDyn.registerFieldAt(memory, "field", 4, 4, 96);
    MbufDyn.registerFlagAt(memory, "flag", 24);
    String dump = MbufDyn.dump(memory);
    assertTrue(
        dump.startsWith(
            "Reserved fields:\n  name=field offset=96 size=4 align=4 flags=0\n"
                + "Reserved flags:\n  name=flag bitnum=24 flags=0\n"
                + "Free space in mbuf (0 = occupied, value = free zone alignment):\n"
                + "  0000: 00 00 00 00 00 00 00 00\n"),
        dump);
    assertTrue(dump.contains("  0058: 00 00 00 00 04 04 04 04\n"), dump);
    assertTrue(dump.contains("  0060: 00 00 00 00 04 04 04 04\n"), dump);
    assertTrue(dump.contains("  0068: 08 08 08 08 08 08 08 08\n"), dump);
    assertTrue(dump.contains("  0070: 10 10 10 10 10 10 10 10\n"), dump);
    assertTrue(dump.contains("\n  0010: 0 0 0 0 0 0 0 1\n  0018: 0 1 1 1 1 1 1 1\n"), dump);
  }

  /** A secondary that finds what the primary registered: prefix. */
  static final class Finder {
    public static void main(String[] arguments) {
      try (SharedMemory memory = TestMemory.secondary(arguments[0], 9)) {
        System.out.println(
            "found "
                + MbufDyn.lookupField(memory, "field")
                + " "
                + MbufDyn.registerFlag(memory, "flag"));
        try {
          MbufDyn.registerField(memory, "new", 1, 1);
        } catch (SluiceException e) {
          System.out.println("refused " + e.errno());
        }
      }
    }
  }

  @Test
  void shouldBeSeenByASecondaryWhichCannotAdd() {
    int field = MbufDyn.registerField(memory, "field", 8, 8);
    int flag = MbufDyn.registerFlag(memory, "flag");
    try (JavaProcess child = JavaProcess.start(Finder.class, prefix)) {
      child.awaitLine("found " + field + " " + flag + "$", LIMIT);
      child.awaitLine("refused EPERM", LIMIT);
      assertEquals(0, child.awaitExit(LIMIT));
    }
  }
}
