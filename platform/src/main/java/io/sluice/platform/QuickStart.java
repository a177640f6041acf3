package io.sluice.platform;

/**
 * Shortens a start: what the first use of a library takes is spent on threads of their own while
 * the caller reads its options. Nothing depends on it.
 */
public final class QuickStart {
  private QuickStart() {}

  /** Has jffi and Chronicle Core loaded; returns at once. Any thread may call it. */
  public static void loadLibraries() {
    load("libc", Libc::getpid);
    load("memory", Memory::fullFence);
  }

  private static void load(String name, Runnable firstUse) {
    Thread thread = new Thread(firstUse, "load-" + name);
    thread.setDaemon(true);
    thread.start();
  }
}
