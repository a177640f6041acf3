package io.sluice.ring;

import static io.sluice.ring.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.config.EalOptions;
import io.sluice.memseg.HeapStats;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.testing.UniquePrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RingCreationTest {
  private static SharedMemory memory;

  @BeforeAll
  static void createMemory() {
    memory =
        SharedMemory.create(
            EalOptions.parse(
                "--file-prefix", UniquePrefix.next(), "-m", "16", "--no-pci", "--no-huge"));
  }

  @AfterAll
  static void closeMemory() {
    memory.close();
  }

  @Test
  void shouldFindARingByItsNameAndHaveItsMemzone() {
    Ring ring = Ring.create(memory, "found", 256, -1, Ring.SP_ENQ);
    Ring same = Ring.lookup(memory, "found");
    assertNotNull(same);
    assertEquals(ring.address(), same.address());
    assertEquals("found", same.name());
    assertEquals(SyncType.ST, same.prodSyncType());
    assertEquals(SyncType.MT, same.consSyncType());
    MemZone zone = MemZone.lookup(memory, "RG_found");
    assertEquals(ring.address(), zone.address());
    assertEquals(384 + 8 * 256, zone.length());
    assertEquals(zone.descriptor(), Memory.getLong(ring.address() + RingLayout.MEMZONE));
    ring.free(memory);
    assertNull(Ring.lookup(memory, "found"));
    assertNull(MemZone.lookup(memory, "RG_found"));
  }

  @Test
  void shouldListEveryRing() {
    List<Ring> rings = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      rings.add(Ring.create(memory, "list" + i, 32, -1, 0));
    }
    List<String> names = new ArrayList<>();
    Ring.walk(memory, ring -> names.add(ring.name()));
    assertTrue(names.containsAll(List.of("list0", "list1", "list2", "list3", "list4")), "" + names);
    assertTrue(Ring.listDump(memory).contains("ring <list3>@0x"));
    rings.forEach(ring -> ring.free(memory));
  }

  @Test
  void shouldNotFindARingThatWasNeverMade() {
    assertNull(Ring.lookup(memory, "never"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 100, -8, 1023, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void shouldRefuseACountThatIsNoPowerOfTwo(int count) {
    assertRefused(Errno.EINVAL, "no power of two", () -> Ring.create(memory, "odd", count, -1, 0));
    assertNull(MemZone.lookup(memory, "RG_odd"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 1 << 30})
  void shouldRefuseAnExactSizeOutOfRange(int count) {
    assertRefused(
        Errno.EINVAL,
        "EXACT_SZ takes",
        () -> Ring.create(memory, "exact", count, -1, Ring.EXACT_SZ));
  }

  @Test
  void shouldRefuseAProtectedRingOfMoreThanAClaimsNoteCanSay() {
    String message = "has 33554432 slots, a protected one at most 16777216";
    assertRefused(Errno.EINVAL, message, () -> Ring.create(memory, "large", 1 << 25, -1, 0));
    assertRefused(
        Errno.EINVAL,
        message,
        () -> Ring.create(memory, "large", 1 << 25, -1, 0, Protection.CLAIMS));
    Ring unprotected = Ring.create(memory, "large", 1 << 25, -1, 0, Protection.OFF);
    assertEquals((1 << 25) - 1, unprotected.capacity());
    unprotected.free(memory);
  }

  /** A process of stock DPDK, which has freed rings, does not give their places back. */
  @Test
  void shouldFindAPlaceWhereAllAreOfRingsThatAreNoMore() {
    Ring first = Ring.create(memory, "first", 32, -1, 0, Protection.CLAIMS);
    long zone = MemZone.lookup(memory, RingProtection.ZONE).address();
    Map<Long, Long> before = new HashMap<>();
    for (long entry = zone; entry < first.prodNote && entry < zone + 8 * 2560; entry += 8) {
      if (Memory.getLong(entry) == 0 || (Memory.getLong(entry) & 63) == 3) {
        before.put(entry, Memory.getLong(entry));
        Memory.putLong(entry, 0x1000_0000_0000L + (entry - zone) * 64);
      }
    }
    Ring second = Ring.create(memory, "second", 32, -1, 0, Protection.CLAIMS);
    assertTrue(first.isCurrent());
    assertTrue(second.isCurrent());
    assertEquals(32 - 1, second.enqueueBurst(new long[32], 0, 32));
    second.free(memory);
    before.forEach(Memory::putLong);
    first.free(memory);
  }

  /** Who still has a handle on a ring that was freed must not write another's notes. */
  @Test
  void shouldHaveTheNotesOfTheRingThatWasAtItsAddress() {
    Ring first = Ring.create(memory, "first", 32, -1, 0);
    first.free(memory);
    Ring made;
    int count = 0;
    do {
      made = Ring.create(memory, "later" + count++, 32, -1, 0);
      assertEquals(made.address() == first.address(), made.prodNote == first.prodNote);
    } while (made.address() != first.address() && count < 1000);
    assertEquals(first.prodNote, made.prodNote);
    while (count-- > 0) {
      Ring.lookup(memory, "later" + count).free(memory);
    }
  }

  @Test
  void shouldRefuseANameTakenAndLeaveTheFirstAlone() {
    Ring first = Ring.create(memory, "taken", 32, -1, 0);
    first.enqueue(7);
    assertRefused(
        Errno.EEXIST, "'taken' is there already", () -> Ring.create(memory, "taken", 32, -1, 0));
    assertEquals(7, Ring.lookup(memory, "taken").dequeue());
    first.free(memory);
  }

  @Test
  void shouldRefuseANameTooLongAndTakeTheLongest() {
    String longest = "n".repeat(28);
    Ring ring = Ring.create(memory, longest, 32, -1, 0);
    assertEquals(longest, Ring.lookup(memory, longest).name());
    ring.free(memory);
    assertRefused(
        Errno.ENAMETOOLONG,
        "has 29 characters",
        () -> Ring.create(memory, "n".repeat(29), 32, -1, 0));
    assertRefused(Errno.ENAMETOOLONG, "takes 1 to 28", () -> Ring.create(memory, "", 32, -1, 0));
  }

  @Test
  void shouldRefuseFlagsThatContradictOrAreUnknown() {
    assertRefused(
        Errno.EINVAL,
        "several kinds of producer",
        () -> Ring.create(memory, "flags", 32, -1, Ring.SP_ENQ | Ring.MP_HTS_ENQ));
    assertRefused(
        Errno.EINVAL,
        "several kinds of consumer",
        () -> Ring.create(memory, "flags", 32, -1, Ring.SC_DEQ | Ring.MC_RTS_DEQ));
    assertRefused(Errno.EINVAL, "bits outside", () -> Ring.create(memory, "flags", 32, -1, 0x1000));
    assertNull(MemZone.lookup(memory, "RG_flags"));
  }

  @Test
  void shouldLeaveNothingBehindWhenThereIsNoMemoryForIt() {
    // 64 TiB: more than any machine has, and more than the window of addresses.
    HeapStats before = memory.heap(MemZone.SOCKET_ID_ANY).stats();
    assertRefused(
        Errno.ENOMEM, "RG_huge", () -> RingElem.create(memory, "huge", 1 << 22, 1 << 24, -1, 0));
    assertEquals(before.allocCount(), memory.heap(MemZone.SOCKET_ID_ANY).stats().allocCount());
    assertNull(Ring.lookup(memory, "huge"));
    assertNull(MemZone.lookup(memory, "RG_huge"));
    Ring.create(memory, "huge", 32, -1, 0).free(memory);
  }

  @Test
  void shouldGiveAllMemoryBackThatItTook() {
    HeapStats before = memory.heap(MemZone.SOCKET_ID_ANY).stats();
    for (int i = 0; i < 100; i++) {
      Ring.create(memory, "again", 64, -1, 0).free(memory);
      assertThrows(SluiceException.class, () -> Ring.create(memory, "again", 63, -1, 0));
    }
    assertEquals(before.allocCount(), memory.heap(MemZone.SOCKET_ID_ANY).stats().allocCount());
  }

  @Test
  void shouldRefuseToFreeARingThatWasOnlyInitialized() {
    try (RawRing raw = new RawRing(32, 0)) {
      assertRefused(Errno.EINVAL, "made by init", () -> raw.ring.free(memory));
    }
  }

  @Test
  void shouldCreateRingsOfOtherElementSizes() {
    RingElem elem = RingElem.create(memory, "elem", 20, 64, -1, 0);
    assertEquals(384 + 20 * 64, MemZone.lookup(memory, "RG_elem").length());
    RingElem same = RingElem.of(Ring.lookup(memory, "elem"), 20);
    assertEquals(elem.ring().address(), same.ring().address());
    elem.ring().free(memory);
    assertRefused(Errno.EINVAL, "esize=23", () -> RingElem.create(memory, "elem", 23, 64, -1, 0));
    assertNull(MemZone.lookup(memory, "RG_elem"));
  }

  @Test
  void shouldRefuseToFreeTwice() {
    Ring ring = Ring.create(memory, "twice", 32, -1, 0);
    ring.free(memory);
    assertRefused(Errno.EINVAL, "in no list", () -> ring.free(memory));
  }

  @Test
  void shouldBoundAnRtsHeadAsDpdkDoes() {
    try (RawRing raw = new RawRing(1024, Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ)) {
      assertEquals(1023 / 8, raw.ring.prodHtdMax());
      assertTrue(raw.ring.setConsHtdMax(5));
      assertEquals(5, raw.ring.consHtdMax());
    }
    try (RawRing raw = new RawRing(1024, 0)) {
      assertEquals(-1, raw.ring.prodHtdMax());
      assertEquals(false, raw.ring.setProdHtdMax(5));
    }
  }
}
