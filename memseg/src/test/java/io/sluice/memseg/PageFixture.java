package io.sluice.memseg;

import io.sluice.config.EalOptions;
import io.sluice.config.MemConfig;
import io.sluice.config.MemConfigLayout;
import io.sluice.config.MpChannel;
import io.sluice.config.RuntimeDirectory;
import io.sluice.testing.UniquePrefix;

/** Pages and heaps of a primary, without zones. */
final class PageFixture implements AutoCloseable {
  private final RuntimeDirectory directory;
  private final MpChannel channel;
  private final MemConfig config;
  private final SharedPages pages;
  private final Heaps heaps;

  private PageFixture(EalOptions options) {
    directory = RuntimeDirectory.of(options.filePrefix());
    directory.create();
    config = MemConfig.create(directory, options.baseVirtaddr());
    channel = MpChannel.open(directory, true);
    int[] megabytes = {options.memoryMb()};
    pages = SharedPages.create(config, directory.path(), options, new int[] {0}, megabytes);
    heaps = Heaps.forPrimary(config, pages, channel);
    heaps.create(new int[] {0});
  }

  static PageFixture of(String... options) {
    String[] all = java.util.Arrays.copyOf(options, options.length + 2);
    all[options.length] = "--file-prefix";
    all[options.length + 1] = UniquePrefix.next();
    return new PageFixture(EalOptions.parse(all));
  }

  Heap heap() {
    return heaps.heap(-1);
  }

  Heaps heaps() {
    return heaps;
  }

  SharedPages pages() {
    return pages;
  }

  long heapAddress() {
    return config.address() + MemConfigLayout.MALLOC_HEAPS;
  }

  @Override
  public void close() {
    heaps.close();
    pages.close();
    channel.close();
    config.close();
    directory.deleteIfEmpty();
  }
}
