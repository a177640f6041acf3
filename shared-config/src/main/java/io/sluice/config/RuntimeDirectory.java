package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.SluiceException;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@code /var/run/dpdk/<prefix>}, or a user's own place for it. */
public final class RuntimeDirectory {
  private final String path;

  /** The prefixes that have a directory, for this user, sorted. */
  public static List<String> list() {
    String[] names = new File(base()).list();
    if (names == null) {
      return List.of();
    }
    Arrays.sort(names);
    List<String> prefixes = new ArrayList<>();
    for (String name : names) {
      if (new File(base() + "/" + name).isDirectory()) {
        prefixes.add(name);
      }
    }
    return prefixes;
  }

  private RuntimeDirectory(String path) {
    this.path = path;
  }

  /** The directory of a prefix, which need not exist. */
  public static RuntimeDirectory of(String prefix) {
    return new RuntimeDirectory(base() + "/" + prefix);
  }

  private static String base() {
    if (Libc.geteuid() == 0) {
      return "/var/run/dpdk";
    }
    String user = System.getenv("XDG_RUNTIME_DIR");
    return (user == null ? "/tmp" : user) + "/dpdk";
  }

  public String path() {
    return path;
  }

  /** Makes it, readable by its owner only. */
  public void create() {
    Libc.mkdir(path.substring(0, path.lastIndexOf('/')), 0700);
    int result = Libc.mkdir(path, 0700);
    if (result < 0 && result != -Errno.EEXIST.number()) {
      throw new SluiceException(
          Errno.ofResult(result),
          "cannot make the runtime directory " + path + "; for another place set XDG_RUNTIME_DIR");
    }
  }

  /** Deletes what nobody holds, and the directory if nothing is left in it. */
  public void deleteIfEmpty() {
    clean();
    // File.delete leaves a directory that is not empty as it is.
    boolean deleted = new File(path).delete();
    assert deleted || !new File(path).isFile() : path;
  }

  /**
   * Deletes fbarray and liveness files that nobody locks, as {@code eal_clean_runtime_dir}, and
   * sockets of secondaries that are gone, which DPDK cannot tell and leaves.
   */
  public void clean() {
    String[] names = new File(path).list();
    for (String name : names == null ? new String[0] : names) {
      String file = path + "/" + name;
      boolean lockable = name.startsWith("fbarray_") || name.equals(LivenessLocks.FILE);
      if (lockable && isUnlocked(file) || name.startsWith("mp_socket_") && MpSocket.isGone(file)) {
        Libc.unlink(file);
      }
    }
  }

  private static boolean isUnlocked(String file) {
    int fd = Libc.open(file, Libc.O_RDONLY, 0);
    if (fd < 0) {
      return false;
    }
    boolean unlocked = Libc.flock(fd, Libc.LOCK_EX | Libc.LOCK_NB) == 0;
    Libc.close(fd);
    return unlocked;
  }
}
