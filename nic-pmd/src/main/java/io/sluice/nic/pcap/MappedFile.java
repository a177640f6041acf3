package io.sluice.nic.pcap;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.SluiceException;

/** A file mapped read-only, whole. */
final class MappedFile implements AutoCloseable {
  private final long length;
  private long address;

  private MappedFile(long address, long length) {
    this.address = address;
    this.length = length;
  }

  /**
   * Maps it.
   *
   * @throws SluiceException ENOENT, EACCES, EISDIR, or EINVAL when it is empty
   */
  static MappedFile open(String path) {
    int fd = Libc.open(path, Libc.O_RDONLY, 0);
    if (fd < 0) {
      throw new SluiceException(
          Errno.ofResult(fd),
          "capture file '" + path + "' cannot be read; check its name and rights");
    }
    try {
      long length = Libc.size(fd);
      if (length == 0) {
        throw new SluiceException(Errno.EINVAL, "capture file '" + path + "' is empty");
      }
      long address =
          length < 0
              ? length
              : Libc.mmap(0, length, Libc.PROT_READ, Libc.MAP_PRIVATE | Libc.MAP_POPULATE, fd, 0);
      if (Libc.isError(address)) {
        throw new SluiceException(
            Errno.ofResult(address),
            "capture file '" + path + "' cannot be mapped; is it a plain file?");
      }
      return new MappedFile(address, length);
    } finally {
      Libc.close(fd);
    }
  }

  long address() {
    return address;
  }

  long end() {
    return address + length;
  }

  @Override
  public void close() {
    if (address != 0) {
      Libc.munmap(address, length);
      address = 0;
    }
  }
}
