package io.sluice.memseg;

import io.sluice.config.EalOptions;
import io.sluice.config.Locks;
import io.sluice.config.MemConfig;
import io.sluice.config.MemConfigLayout;
import io.sluice.config.MpChannel;
import io.sluice.config.RuntimeDirectory;
import io.sluice.testing.UniquePrefix;

/** Pages and heaps of a primary or a secondary, without zones. */
final class PageFixture implements AutoCloseable {
  private final String prefix;
  private final RuntimeDirectory directory;
  private final MpChannel channel;
  private final MemConfig config;
  private final SharedPages pages;
  private final Heaps heaps;

  private PageFixture(EalOptions options) {
    prefix = options.filePrefix();
    directory = RuntimeDirectory.of(prefix);
    directory.create();
    config = MemConfig.create(directory, options.baseVirtaddr());
    channel = MpChannel.open(directory, true);
    int[] megabytes = {options.memoryMb()};
    pages = SharedPages.create(config, directory.path(), options, new int[] {0}, megabytes);
    heaps = Heaps.forPrimary(config, pages, channel, Locks.of(config.address()));
    heaps.create(new int[] {0});
    config.complete();
  }

  private PageFixture(String prefix) {
    EalOptions options =
        EalOptions.parse("--proc-type", "secondary", "--file-prefix", prefix, "--no-pci");
    this.prefix = prefix;
    directory = RuntimeDirectory.of(prefix);
    config = MemConfig.attach(directory);
    channel = MpChannel.open(directory, false);
    pages = SharedPages.attach(config, directory.path(), options);
    heaps = Heaps.forSecondary(config, pages, channel, Locks.of(config.address()));
  }

  /** Joins the primary of that prefix, in another JVM than its. */
  static PageFixture attach(String prefix) {
    return new PageFixture(prefix);
  }

  /** A primary with a prefix of its own. */
  static PageFixture of(String... options) {
    String[] all = java.util.Arrays.copyOf(options, options.length + 2);
    all[options.length] = "--file-prefix";
    all[options.length + 1] = UniquePrefix.next();
    return new PageFixture(EalOptions.parse(all));
  }

  String prefix() {
    return prefix;
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
