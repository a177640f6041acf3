package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ClaimNoteProperties {
  @Property
  void shouldSayWhoseItIsAndOfWhat(
      @ForAll @IntRange(min = 1, max = 128) int who,
      @ForAll int head,
      @ForAll @IntRange(min = 1, max = ClaimNote.MAX_COUNT) int count,
      @ForAll @IntRange(min = 1, max = ClaimNote.MAX_COUNT) int another) {
    long note = ClaimNote.of(ClaimNote.of(who), head, count);
    assertEquals(who, ClaimNote.who(note));
    assertTrue(ClaimNote.names(note, head));
    assertFalse(ClaimNote.names(note, head + another));
    assertTrue(ClaimNote.isOfAll(note, count));
    assertEquals(another == count, ClaimNote.isOfAll(note, another));
  }

  @Property
  void shouldNameNothingWhereThereIsNone(@ForAll int tail) {
    assertFalse(ClaimNote.names(ClaimNote.NONE, tail));
  }
}
