package io.sluice.platform;

import java.io.IOException;
import java.nio.file.Path;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;

/**
 * Other processes of this PID namespace. A pid alone does not name a process, since the kernel uses
 * it again; a pid with its start time does.
 */
public final class Processes {
  private Processes() {}

  /** Loads jnr-posix, which takes some 100 ms, with the first signal only. */
  private static final class Posix {
    static final POSIX INSTANCE = POSIXFactory.getPOSIX();
  }

  /** Whether a process runs; one that has ended but was not waited for does not. */
  public static boolean isAlive(int pid) {
    TaskStat stat = stat(pid);
    return stat != null && !stat.hasEnded();
  }

  /** Whether the process with that pid runs and is the one that started then. */
  public static boolean isAlive(int pid, long startTime) {
    return isAlive(pid) && startTime(pid) == startTime;
  }

  /** When a process started, in clock ticks since boot; -1 if there is no such process. */
  public static long startTime(int pid) {
    TaskStat stat = stat(pid);
    return stat == null ? -1 : stat.startTime();
  }

  private static TaskStat stat(int pid) {
    try {
      return TaskStat.of(Path.of("/proc", Integer.toString(pid)));
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Sends a signal by its number.
   *
   * @return 0, or the negative error number: ESRCH for no such process, EPERM for somebody else's
   */
  public static int signal(int pid, int signal) {
    POSIX posix = Posix.INSTANCE;
    return posix.kill(pid, signal) == 0 ? 0 : -posix.errno();
  }
}
