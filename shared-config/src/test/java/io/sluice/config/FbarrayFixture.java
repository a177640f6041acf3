package io.sluice.config;

import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import java.nio.file.Path;

/** One fbarray with its header in private memory. */
final class FbarrayFixture implements AutoCloseable {
  private final long header = Memory.allocate(FbarrayLayout.SIZEOF);
  private final long address;
  private final long mapped;
  private final Fbarray array;

  FbarrayFixture(Path directory, int length, int elementSize) {
    mapped = Fbarray.fileLength(length, elementSize);
    int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS;
    address = Libc.mmap(0, mapped, Libc.PROT_NONE, flags, -1, 0);
    array = Fbarray.create(directory.toString(), header, "test", length, elementSize, address);
  }

  Fbarray array() {
    return array;
  }

  long header() {
    return header;
  }

  @Override
  public void close() {
    array.destroy();
    Libc.munmap(address, mapped);
    Memory.release(header);
  }
}
