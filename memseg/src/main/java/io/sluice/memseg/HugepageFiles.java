package io.sluice.memseg;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.SluiceException;
import java.util.Arrays;

/**
 * The files behind the pages, {@code <hugedir>/<prefix>map_<id>}, and this process's descriptors of
 * them ({@code eal_memalloc.c} of 22.11).
 *
 * <p>One file per page, with id {@code list * 8192 + page}; or, with single-file segments, one per
 * list, with the list's index as id, which grows and is punched with fallocate. Every process that
 * maps a page holds a shared flock on its file as long as it does; whoever gets an exclusive one
 * knows that nobody maps it and may delete it. Making, growing and deleting files is done under an
 * exclusive flock on the directory ({@link #lockDirectory}).
 *
 * <p>A process that adopts a dead primary's files opens them as a secondary does, and is the
 * primary from then on ({@link #lead}).
 *
 * <p>Only the primary makes files. A secondary that finds one missing fails, where DPDK would put a
 * fresh zero page in its place. Space is taken by fallocate before mapping, so that an exhausted
 * pool, cgroup or file system is an error here and not a SIGBUS at the first access.
 *
 * <p>Not thread-safe: called at set-up and under the hotplug lock.
 */
final class HugepageFiles {
  /** {@code RTE_MAX_MEMSEG_PER_LIST}: how many ids each list has. */
  static final int IDS_PER_LIST = 8192;

  private static final int NONE = -1;

  private final String prefix;
  private final boolean singleFile;
  private Role role;
  private final VaWindow window;
  private final List[] lists;

  HugepageFiles(String prefix, boolean singleFile, Role role, VaWindow window, int maxLists) {
    this.prefix = prefix;
    this.singleFile = singleFile;
    this.role = role;
    this.window = window;
    this.lists = new List[maxLists];
  }

  /** What this process holds of one list. */
  private static final class List {
    private final String directory;
    private int[] descriptors = new int[0];
    private int pages;

    List(String directory) {
      this.directory = directory;
    }

    int descriptor(int index) {
      return index < descriptors.length ? descriptors[index] : NONE;
    }

    void setDescriptor(int index, int fd) {
      if (index >= descriptors.length) {
        int old = descriptors.length;
        descriptors = Arrays.copyOf(descriptors, Math.max(index + 1, old * 2));
        Arrays.fill(descriptors, old, descriptors.length, NONE);
      }
      descriptors[index] = fd;
    }
  }

  /** From now on this process is the primary, which has opened all that there is. */
  void lead() {
    role = Role.PRIMARY;
  }

  void addList(int list, String directory) {
    lists[list] = new List(directory);
  }

  String path(int list, int page) {
    int id = singleFile ? list : list * IDS_PER_LIST + page;
    return lists[list].directory + "/" + prefix + "map_" + id;
  }

  /** The descriptor of the file that a mapped page lies in, or {@code -ENODEV}. */
  int descriptor(int list, int page) {
    int fd = lists[list] == null ? NONE : lists[list].descriptor(singleFile ? 0 : page);
    return fd == NONE ? -Errno.ENODEV.number() : fd;
  }

  /** The page's place in its file. */
  long offset(int page, long pageSize) {
    return singleFile ? page * pageSize : 0;
  }

  /**
   * Maps a page at its address; the primary makes it if it is not there.
   *
   * @return 0, or the negative error number, with nothing left behind
   */
  int map(int list, int page, long address, long pageSize) {
    List files = lists[list];
    int slot = singleFile ? 0 : page;
    int fd = files.descriptor(slot);
    if (fd == NONE) {
      fd = open(path(list, page));
      if (fd < 0) {
        return fd;
      }
      files.setDescriptor(slot, fd);
    }
    long offset = offset(page, pageSize);
    int result = takeSpace(fd, offset, pageSize);
    if (result == 0) {
      result = window.cover(address, pageSize, fd, offset, role != Role.OBSERVER);
    }
    files.pages++;
    if (result != 0) {
      release(list, page, pageSize);
    }
    return result;
  }

  /** The primary's; the others see that it is there: behind a file's end is a SIGBUS. */
  private int takeSpace(int fd, long offset, long pageSize) {
    if (role == Role.PRIMARY) {
      return Libc.fallocate(fd, 0, offset, pageSize);
    }
    return Libc.size(fd) < offset + pageSize ? -Errno.EINVAL.number() : 0;
  }

  private int open(String path) {
    if (role == Role.PRIMARY) {
      // What an earlier user left has old content; what another one still maps is not ours to take.
      deleteIfUnused(path);
    }
    int fd = Libc.open(path, openFlags(), 0600);
    if (fd < 0 || role == Role.OBSERVER) {
      return fd;
    }
    int locked = Libc.flock(fd, Libc.LOCK_SH | Libc.LOCK_NB);
    if (locked < 0) {
      Libc.close(fd);
      return locked;
    }
    return fd;
  }

  private int openFlags() {
    return switch (role) {
      case PRIMARY -> Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL;
      case SECONDARY -> Libc.O_RDWR;
      case OBSERVER -> Libc.O_RDONLY;
    };
  }

  /** Unmaps a page; its file goes with its last user. */
  int unmap(int list, int page, long address, long pageSize) {
    int result = window.uncover(address, pageSize);
    if (result == 0) {
      release(list, page, pageSize);
    }
    return result;
  }

  private void release(int list, int page, long pageSize) {
    List files = lists[list];
    int slot = singleFile ? 0 : page;
    int fd = files.descriptor(slot);
    files.pages--;
    if (singleFile) {
      if (role == Role.PRIMARY) {
        Libc.fallocate(
            fd,
            Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE,
            offset(page, pageSize),
            pageSize);
      }
      if (files.pages > 0) {
        return;
      }
    }
    files.setDescriptor(slot, NONE);
    if (role != Role.OBSERVER && Libc.flock(fd, Libc.LOCK_EX | Libc.LOCK_NB) == 0) {
      Libc.unlink(path(list, page));
    }
    Libc.close(fd);
  }

  /**
   * Lets go of every file. The mappings are the window's to take away.
   *
   * @param delete whether the files end too, whoever else still maps them
   */
  void close(boolean delete) {
    for (int list = 0; list < lists.length; list++) {
      List files = lists[list];
      if (files == null) {
        continue;
      }
      for (int slot = 0; slot < files.descriptors.length; slot++) {
        if (files.descriptors[slot] != NONE) {
          if (delete) {
            Libc.unlink(path(list, slot));
          }
          Libc.close(files.descriptors[slot]);
        }
      }
      lists[list] = null;
    }
  }

  /**
   * Takes the exclusive flock of a page directory, under which files are made and deleted.
   *
   * @return the descriptor that holds it, for {@link #unlockDirectory}
   */
  static int lockDirectory(String directory) {
    int fd = Libc.open(directory, Libc.O_RDONLY | Libc.O_DIRECTORY, 0);
    int result = fd < 0 ? fd : flockRetrying(fd);
    if (result < 0) {
      if (fd >= 0) {
        Libc.close(fd);
      }
      throw new SluiceException(
          Errno.ofResult(result),
          "cannot lock the page directory "
              + directory
              + (Errno.ofResult(result) == Errno.ENOENT
                  ? "; share the primary's hugetlbfs mount with this container, at that path"
                  : ""));
    }
    return fd;
  }

  private static int flockRetrying(int fd) {
    int result = Libc.flock(fd, Libc.LOCK_EX);
    while (result == -Errno.EINTR.number()) {
      result = Libc.flock(fd, Libc.LOCK_EX);
    }
    return result;
  }

  static void unlockDirectory(int fd) {
    Libc.close(fd);
  }

  /**
   * Deletes the files of a prefix that nobody maps any more: what a killed primary left. The caller
   * holds the directory's lock.
   *
   * @return how many were deleted
   */
  static int deleteStale(String directory, String prefix) {
    String[] names = new java.io.File(directory).list();
    int deleted = 0;
    for (String name : names == null ? new String[0] : names) {
      if (isPageFile(name, prefix) && deleteIfUnused(directory + "/" + name)) {
        deleted++;
      }
    }
    return deleted;
  }

  private static boolean isPageFile(String name, String prefix) {
    int at = prefix.length() + "map_".length();
    if (name.length() <= at || !name.startsWith(prefix) || !name.startsWith("map_", at - 4)) {
      return false;
    }
    for (int i = at; i < name.length(); i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static boolean deleteIfUnused(String path) {
    int fd = Libc.open(path, Libc.O_RDONLY, 0);
    if (fd < 0) {
      return false;
    }
    boolean unused = Libc.flock(fd, Libc.LOCK_EX | Libc.LOCK_NB) == 0;
    boolean deleted = unused && Libc.unlink(path) == 0;
    Libc.close(fd);
    return deleted;
  }
}
