package io.sluice.memseg;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;

/** Asserts that {@link HeapAudit} finds nothing. */
final class HeapChain {
  private HeapChain() {}

  /** Checks one heap whose lock is free and which nobody uses meanwhile. */
  static void assertConsistent(long heap) {
    List<String> wrong = new ArrayList<>();
    HeapAudit.audit(heap, wrong, false);
    assertEquals(List.of(), wrong);
  }

  /** How many free and busy elements there are. */
  static int elements(long heap) {
    int count = 0;
    for (long elem = MallocHeap.first(heap); elem != 0; elem = MallocElem.next(elem)) {
      count++;
    }
    return count;
  }
}
