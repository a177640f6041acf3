package io.sluice.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;

/**
 * Other processes of this PID namespace. A pid alone does not name a process, since the kernel uses
 * it again; a pid with its start time does.
 */
public final class Processes {
  private static final int STATE = 3;
  private static final int START_TIME = 22;

  private Processes() {}

  /** Loads jnr-posix, which takes some 100 ms, with the first signal only. */
  private static final class Posix {
    static final POSIX INSTANCE = POSIXFactory.getPOSIX();
  }

  /** Whether a process runs; one that has ended but was not waited for does not. */
  public static boolean isAlive(int pid) {
    String state = stat(pid, STATE);
    return state != null && !state.equals("Z") && !state.equals("X");
  }

  /** Whether the process with that pid runs and is the one that started then. */
  public static boolean isAlive(int pid, long startTime) {
    return isAlive(pid) && startTime(pid) == startTime;
  }

  /** When a process started, in clock ticks since boot; -1 if there is no such process. */
  public static long startTime(int pid) {
    String startTime = stat(pid, START_TIME);
    return startTime == null ? -1 : Long.parseLong(startTime);
  }

  /** A field of {@code /proc/pid/stat}, counted from 1 as in proc(5); from 3 on. */
  private static String stat(int pid, int field) {
    try {
      String line =
          Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
      // The second field is the command in parentheses, which may hold blanks and parentheses.
      return line.substring(line.lastIndexOf(')') + 2).split(" ")[field - STATE];
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
