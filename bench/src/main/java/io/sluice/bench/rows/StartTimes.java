package io.sluice.bench.rows;

import io.sluice.config.EalOptions;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.HugepagePool;
import io.sluice.platform.HugepagePools;
import java.util.ArrayList;
import java.util.List;

/**
 * How long it takes from exec until another process is ready: primaries of different sizes, and
 * secondaries of this one, which grows. Leaves out sizes for which there are no pages.
 */
public final class StartTimes {
  /** Behind the file prefix of the primaries that it starts. */
  public static final String SUFFIX = "-started";

  private static final int[] MEGABYTES = {64, 256, 1024, 4096};
  private static final int[] MEMZONES = {10, 100, 1000, 2500};

  /** What the heap keeps of a size for itself, and more. */
  private static final long SPARE = 64 << 10;

  private final SharedMemory memory;
  private final String prefix;

  /** Beside a primary with the first of the sizes. */
  StartTimes(SharedMemory memory) {
    this.memory = memory;
    this.prefix = memory.options().filePrefix();
  }

  void startPrimaries() {
    for (int megabytes : MEGABYTES) {
      if (!hasPages(megabytes)) {
        return;
      }
      List<String> options = new ArrayList<>(List.of("--file-prefix", prefix + SUFFIX));
      options.addAll(List.of("-m", "" + megabytes, "--no-pci"));
      options.addAll(pages(memory.options()));
      Started.time(megabytes + "MB", options);
    }
  }

  private static List<String> pages(EalOptions options) {
    if (options.noHuge()) {
      return List.of("--no-huge");
    }
    return options.hugeDir() == null
        ? List.of()
        : List.of("--huge-dir", options.hugeDir().toString());
  }

  void attachByMemory() {
    int has = MEGABYTES[0];
    for (int megabytes : MEGABYTES) {
      int more = megabytes - has;
      if (more > 0 && (!memory.isHugepageBacked() || !hasPages(more))) {
        return;
      }
      if (more > 0) {
        MemZone.reserve(memory, megabytes + "MB", ((long) more << 20) - SPARE, -1, 0);
      }
      has = megabytes;
      attach(megabytes + "MB");
    }
  }

  void attachByMemzones() {
    int there = 0;
    for (int memzones : MEMZONES) {
      for (; there < memzones; there++) {
        MemZone.reserve(memory, "zone-" + there, 64, -1, 0);
      }
      attach("" + memzones);
    }
  }

  private void attach(String point) {
    Started.time(point, List.of("--proc-type", "secondary", "--file-prefix", prefix, "--no-pci"));
  }

  private boolean hasPages(int megabytes) {
    return !memory.isHugepageBacked()
        || HugepagePools.current().stream()
            .anyMatch(pool -> isEnough(pool, (long) megabytes << 20));
  }

  private static boolean isEnough(HugepagePool pool, long bytes) {
    return !pool.mountPoints().isEmpty() && pool.free() * pool.pageSize() >= bytes;
  }
}
