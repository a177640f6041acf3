package io.sluice.config;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Random masks against a BitSet. */
class FbarrayProperties {
  private static final int LENGTH = 200;

  @Property(tries = 60)
  void shouldFindWhatABitSetFinds(
      @ForAll Set<@IntRange(min = 0, max = LENGTH - 1) Integer> toggled,
      @ForAll @IntRange(min = 0, max = LENGTH) int filled) {
    try (FbarrayFixture fixture =
        new FbarrayFixture(Path.of(System.getProperty("java.io.tmpdir")), LENGTH, 16)) {
      BitSet model = new BitSet(LENGTH);
      model.set(0, filled);
      toggled.forEach(model::flip);
      for (int i = 0; i < LENGTH; i++) {
        fixture.array().setUsed(i);
        if (!model.get(i)) {
          fixture.array().setFree(i);
        }
      }
      FbarrayModel.assertSame(fixture.array(), model, LENGTH);
    }
  }
}
