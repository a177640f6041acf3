package io.sluice.memzone;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.platform.HugepagePool;
import io.sluice.platform.HugepagePools;
import io.sluice.platform.Libc;
import java.util.ArrayList;
import java.util.List;

/** The kinds of pages that cross-process tests run on. */
enum Pages {
  PLAIN("--no-huge"),
  HUGEPAGES,
  SINGLE_FILE("--single-file-segments"),
  PLAIN_SINGLE_FILE("--no-huge", "--single-file-segments");

  private final List<String> options;

  Pages(String... options) {
    this.options = List.of(options);
  }

  private boolean needsHugepages() {
    return !options.contains("--no-huge");
  }

  /** Skips the test where there are no such pages. */
  void assume() {
    if (needsHugepages()) {
      assumeTrue(Libc.geteuid() == 0, "needs root for hugepages");
      long free = 0;
      for (HugepagePool pool : HugepagePools.current()) {
        free += pool.pageSize() == 2 << 20 && !pool.mountPoints().isEmpty() ? pool.free() : 0;
      }
      assumeTrue(free >= 32, "needs 32 free 2 MB hugepages, there are " + free);
    }
  }

  String[] options(String prefix, String... more) {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of("--file-prefix", prefix));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  String[] optionsOnly(String... more) {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }
}
