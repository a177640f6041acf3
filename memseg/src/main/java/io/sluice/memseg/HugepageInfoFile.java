package io.sluice.memseg;

import io.sluice.config.HugepageInfoLayout;
import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.ArrayList;
import java.util.List;

/**
 * The runtime directory's {@code hugepage_info}: three {@code struct hugepage_info}, from which a
 * secondary learns where the pages' files are.
 */
public final class HugepageInfoFile {
  /** {@code MAX_HUGEPAGE_SIZES}. */
  static final int MAX_SIZES = 3;

  private static final int LENGTH = MAX_SIZES * HugepageInfoLayout.SIZEOF;
  private static final int DIRECTORY_LENGTH = 4096;
  private static final int SOCKETS = 32;

  private HugepageInfoFile() {}

  /** Writes the file anew. */
  public static void write(String path, List<HugepageInfo> infos) {
    long image = Memory.allocate(LENGTH);
    int fd = Libc.open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_TRUNC, 0600);
    try {
      for (int i = 0; i < MAX_SIZES; i++) {
        long at = image + (long) i * HugepageInfoLayout.SIZEOF;
        // The creator's lock descriptor means nothing to others: -1, as DPDK writes.
        Memory.putInt(at + HugepageInfoLayout.LOCK_DESCRIPTOR, -1);
        if (i < infos.size()) {
          encode(at, infos.get(i));
        }
      }
      long written = fd < 0 ? fd : Libc.write(fd, image, LENGTH);
      if (written != LENGTH) {
        Errno errno = written < 0 ? Errno.ofResult(written) : Errno.ENOSPC;
        throw new SluiceException(errno, "cannot write " + path);
      }
    } finally {
      if (fd >= 0) {
        Libc.close(fd);
      }
      Memory.release(image);
    }
  }

  private static void encode(long at, HugepageInfo info) {
    Memory.putLong(at + HugepageInfoLayout.HUGEPAGE_SZ, info.pageSize());
    Memory.putString(at + HugepageInfoLayout.HUGEDIR, DIRECTORY_LENGTH, info.directory());
    for (int socket = 0; socket < info.pages().length; socket++) {
      Memory.putInt(at + HugepageInfoLayout.NUM_PAGES + 4L * socket, info.pages()[socket]);
    }
  }

  /**
   * Reads the file.
   *
   * @throws SluiceException ENOENT if there is none, EINVAL if it is cut short or holds no page
   *     size
   */
  public static List<HugepageInfo> read(String path) {
    int fd = Libc.open(path, Libc.O_RDONLY, 0);
    if (fd < 0) {
      throw new SluiceException(
          Errno.ofResult(fd), "cannot open " + path + "; start a primary with this prefix first");
    }
    long image = Memory.allocate(LENGTH);
    try {
      if (Libc.pread(fd, image, LENGTH, 0) != LENGTH) {
        throw new SluiceException(
            Errno.EINVAL, path + " is cut short, not " + LENGTH + " bytes; restart the primary");
      }
      List<HugepageInfo> infos = new ArrayList<>(MAX_SIZES);
      for (int i = 0; i < MAX_SIZES; i++) {
        decode(image + (long) i * HugepageInfoLayout.SIZEOF, infos);
      }
      if (infos.isEmpty()) {
        throw new SluiceException(Errno.EINVAL, path + " names no page size; restart the primary");
      }
      return infos;
    } finally {
      Memory.release(image);
      Libc.close(fd);
    }
  }

  private static void decode(long at, List<HugepageInfo> infos) {
    long pageSize = Memory.getLong(at + HugepageInfoLayout.HUGEPAGE_SZ);
    if (Long.bitCount(pageSize) != 1) {
      return;
    }
    int[] pages = new int[SOCKETS];
    for (int socket = 0; socket < SOCKETS; socket++) {
      pages[socket] = Memory.getInt(at + HugepageInfoLayout.NUM_PAGES + 4L * socket);
    }
    String directory = Memory.getString(at + HugepageInfoLayout.HUGEDIR, DIRECTORY_LENGTH);
    infos.add(new HugepageInfo(pageSize, directory, pages));
  }
}
