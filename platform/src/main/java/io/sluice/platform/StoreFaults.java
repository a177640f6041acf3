package io.sluice.platform;

import java.util.concurrent.locks.LockSupport;

/**
 * Death on demand, for tests of crash safety: with {@code -Dsluice.faults=true} the stores to
 * shared memory that one thread makes through {@link Memory} are counted, and ahead of the Nth the
 * process kills itself with SIGKILL. Without the flag nothing of this is in the compiled code.
 *
 * <p>A store is what other processes can tell from half of it: each put, compare-and-set and
 * get-and-add, and each 8 bytes of a copy or fill. Private memory ({@link Memory#allocate}) does
 * not count. One thread at a time is armed; the others' stores do not count either.
 */
public final class StoreFaults {
  /** Whether stores are counted at all: {@code -Dsluice.faults=true}. */
  public static final boolean ENABLED = Boolean.getBoolean("sluice.faults");

  private static final int SIGKILL = 9;

  private static volatile Thread armed;
  private static long stores;
  private static long last;

  private StoreFaults() {}

  /**
   * From now on the calling thread's stores count, and the process dies ahead of the {@code nth}.
   *
   * @throws IllegalStateException without {@code -Dsluice.faults=true}
   */
  public static void arm(long nth) {
    arm(nth, Thread.currentThread());
  }

  /** As {@link #arm(long)}, for the stores of a given thread. */
  public static void arm(long nth, Thread thread) {
    if (!ENABLED) {
      throw new IllegalStateException("start this JVM with -Dsluice.faults=true");
    }
    stores = 0;
    last = nth;
    armed = thread;
  }

  /** As {@link #arm(long, Thread)}, for the thread of that name, which must run. */
  public static void arm(long nth, String thread) {
    arm(
        nth,
        Thread.getAllStackTraces().keySet().stream()
            .filter(each -> each.getName().equals(thread))
            .findAny()
            .orElseThrow());
  }

  /** Counts no more; gives how many stores there were since {@link #arm}. */
  public static long disarm() {
    armed = null;
    return stores;
  }

  /** Whether the calling thread's stores to {@code address} count. */
  static boolean counts(long address) {
    return armed == Thread.currentThread() && !PrivateBlocks.contains(address);
  }

  /** Called ahead of each store. */
  static void before(long address) {
    if (counts(address) && ++stores == last) {
      Libc.kill(Libc.getpid(), SIGKILL);
      while (true) {
        // The signal ends this thread too, before it can store.
        LockSupport.park();
      }
    }
  }
}
