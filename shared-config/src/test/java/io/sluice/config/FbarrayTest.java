package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What DPDK's fbarray_autotest asserts, and every search against a BitSet. */
class FbarrayTest {
  private static final int LENGTH = 256;

  @TempDir private Path directory;
  private FbarrayFixture fixture;
  private Fbarray array;

  @BeforeEach
  void create() {
    fixture = new FbarrayFixture(directory, LENGTH, 8);
    array = fixture.array();
  }

  @AfterEach
  void close() {
    fixture.close();
    assertFalse(Files.exists(directory.resolve("fbarray_test")));
  }

  @Test
  void shouldRefuseWhatIsNoArray() {
    long header = fixture.header();
    String path = directory.toString();
    for (Runnable bad :
        new Runnable[] {
          () -> Fbarray.create(path, header, "", 16, 16, 0),
          () -> Fbarray.create(path, header, "n".repeat(64), 16, 16, 0),
          () -> Fbarray.create(path, header, "fail", 0, 16, 0),
          () -> Fbarray.create(path, header, "fail", 16, 0, 0),
          () -> Fbarray.create(path, header, "fail", Integer.MAX_VALUE + 1, 16, 0),
          () -> array.get(LENGTH),
          () -> array.setUsed(LENGTH),
          () -> array.setFree(-1),
          () -> array.isUsed(LENGTH)
        }) {
      assertEquals(Errno.EINVAL, assertThrows(SluiceException.class, bad::run).errno());
    }
  }

  @Test
  void shouldFindNothingFromOutside() {
    for (int start : new int[] {LENGTH, -1}) {
      assertEquals(-1, array.findContigFree(start));
      assertEquals(-1, array.findContigUsed(start));
      assertEquals(-1, array.findRevContigFree(start));
      assertEquals(-1, array.findRevContigUsed(start));
      assertEquals(-1, array.findNextFree(start));
      assertEquals(-1, array.findNextUsed(start));
      assertEquals(-1, array.findPrevFree(start));
      assertEquals(-1, array.findPrevUsed(start));
      assertEquals(-1, array.findNextNFree(start, 1));
      assertEquals(-1, array.findPrevNFree(start, 1));
    }
    for (int n : new int[] {0, LENGTH + 1}) {
      assertEquals(-1, array.findNextNFree(0, n));
      assertEquals(-1, array.findNextNUsed(0, n));
      assertEquals(-1, array.findPrevNFree(LENGTH - 1, n));
      assertEquals(-1, array.findPrevNUsed(LENGTH - 1, n));
    }
    assertEquals(-1, array.findIndex(0));
    assertEquals(-1, array.findIndex(array.get(0) - 1));
    assertEquals(-1, array.findIndex(array.get(LENGTH - 1) + 8));
  }

  @Test
  void shouldCountAndFindElements() {
    assertEquals(0, array.count());
    assertEquals(LENGTH, array.findContigFree(0));
    array.setUsed(0);
    array.setUsed(0);
    assertTrue(array.isUsed(0));
    assertEquals(1, array.count());
    for (int i = 0; i < LENGTH; i++) {
      assertEquals(i, array.findIndex(array.get(i)));
    }
    array.setFree(0);
    array.setFree(0);
    assertEquals(0, array.count());
    assertTrue(array.dump().contains("size: 256 occupied: 0 elt_sz: 8"), array.dump());
  }

  @ParameterizedTest
  @CsvSource({"3,10", "70,160", "3,236", "236,255", "0,255", "64,64", "63,63", "-1,-1"})
  void shouldFindEveryRunLikeABitSet(int first, int last) {
    BitSet model = new BitSet(LENGTH);
    for (int i = first; i >= 0 && i <= last; i++) {
      array.setUsed(i);
      model.set(i);
    }
    FbarrayModel.assertSame(array, model, LENGTH);
  }

  @Test
  void shouldNotFindTheBitsBehindTheLastElement() {
    fixture.close();
    try (FbarrayFixture odd = new FbarrayFixture(directory, 60, 8)) {
      BitSet model = new BitSet(60);
      model.set(0, 59);
      for (int i = 0; i < 59; i++) {
        odd.array().setUsed(i);
      }
      assertEquals(59, odd.array().findNextFree(0));
      assertEquals(-1, odd.array().findNextNFree(0, 2));
      FbarrayModel.assertSame(odd.array(), model, 60);
    }
    fixture = new FbarrayFixture(directory, LENGTH, 8);
    array = fixture.array();
  }

  @Test
  void shouldLayTheFileOutAsDpdkDoes() throws Exception {
    array.setUsed(65);
    Memory.putLong(array.get(3), 0x1122334455667788L);
    byte[] file = Files.readAllBytes(directory.resolve("fbarray_test"));
    assertEquals(4096, file.length);
    assertEquals((byte) 0x88, file[3 * 8]);
    assertEquals(4, file[LENGTH * 8], "n_masks");
    assertEquals(2, file[LENGTH * 8 + 8 + 8], "bit 65");
    assertEquals(188416, Fbarray.fileLength(2560, MemzoneLayout.SIZEOF));
    assertEquals(397312, Fbarray.fileLength(8192, MemsegLayout.SIZEOF));
  }
}
