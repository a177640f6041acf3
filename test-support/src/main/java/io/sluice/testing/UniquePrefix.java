package io.sluice.testing;

import java.util.concurrent.atomic.AtomicInteger;

/** File prefixes and object names that no other test uses, in this JVM or in another. */
public final class UniquePrefix {
  private static final AtomicInteger NEXT = new AtomicInteger();

  private UniquePrefix() {}

  /** A new prefix, {@code t<pid>-<n>}: short enough for interface and zone names. */
  public static String next() {
    return "t" + ProcessHandle.current().pid() + "-" + NEXT.incrementAndGet();
  }
}
