package io.sluice.mempool;

import io.sluice.platform.Memory;
import java.util.Arrays;

/**
 * The shared part of external buffers, and what is done when the last mbuf lets go of one. In C
 * that is a function pointer in shared memory, which only one process could call; here it is a
 * number, under which each process that may free such mbufs registers its own callback.
 */
public final class ExternalBuffers {
  /** Gives an external buffer back. */
  @FunctionalInterface
  public interface FreeCallback {
    /** The buffer has no user any more; opaque is what {@link ExternalBuffers#init} was given. */
    void free(long buffer, long opaque);
  }

  /** The callback number of buffers pinned to an mbuf, which goes back to its pool then. */
  static final long PINNED = -1;

  /** Replaced whole by each registration, so that who frees takes no lock and boxes no number. */
  private record Callbacks(long[] numbers, FreeCallback[] callbacks) {
    FreeCallback of(long number) {
      for (int i = 0; i < numbers.length; i++) {
        if (numbers[i] == number) {
          return callbacks[i];
        }
      }
      return null;
    }

    Callbacks with(long number, FreeCallback callback) {
      int count = numbers.length;
      int at = 0;
      while (at < count && numbers[at] != number) {
        at++;
      }
      int length = Math.max(count, at + 1);
      Callbacks more =
          new Callbacks(Arrays.copyOf(numbers, length), Arrays.copyOf(callbacks, length));
      more.numbers[at] = number;
      more.callbacks[at] = callback;
      return more;
    }
  }

  private static volatile Callbacks registered = new Callbacks(new long[0], new FreeCallback[0]);

  private ExternalBuffers() {}

  /**
   * Registers this process's callback for a number, which all processes must agree on; in place of
   * one that the number had. Few numbers are expected: freeing goes through them in turn.
   */
  public static synchronized void register(long number, FreeCallback callback) {
    if (number == PINNED) {
      throw new IllegalArgumentException("the free callback " + PINNED + " is taken");
    }
    registered = registered.with(number, callback);
  }

  /**
   * {@code rte_pktmbuf_ext_shinfo_init_helper}: puts the shared part at a buffer's own end.
   *
   * @param length bytes of the buffer, at most 65535
   * @return the shared part, whose distance from the buffer is what {@link MbufAttach#attachExtbuf}
   *     takes as length; 0 if the buffer is too small
   */
  public static long initAtEnd(long buffer, int length, long callbackNumber, long opaque) {
    long shinfo = buffer + length - MbufExtSharedInfoLayout.SIZEOF & -Long.BYTES;
    if (shinfo <= buffer) {
      return 0;
    }
    init(shinfo, callbackNumber, opaque);
    return shinfo;
  }

  /** Writes the 24 shared bytes, with one reference. */
  public static void init(long shinfo, long callbackNumber, long opaque) {
    Memory.putLong(shinfo + MbufExtSharedInfoLayout.FREE_CB, callbackNumber);
    Memory.putLong(shinfo + MbufExtSharedInfoLayout.FCB_OPAQUE, opaque);
    setRefcnt(shinfo, 1);
  }

  /** {@code rte_mbuf_ext_refcnt_read}. */
  public static int refcnt(long shinfo) {
    return Memory.getShortVolatile(shinfo + MbufExtSharedInfoLayout.REFCNT) & 0xffff;
  }

  /** {@code rte_mbuf_ext_refcnt_set}; only a sole owner may. */
  public static void setRefcnt(long shinfo, int count) {
    Memory.putInt(shinfo + MbufExtSharedInfoLayout.REFCNT, count & 0xffff);
  }

  /** {@code rte_mbuf_ext_refcnt_update}: adds in one atomic step; returns the new count. */
  public static int refcntUpdate(long shinfo, int delta) {
    // The two bytes behind the count are padding, so that it can be swapped as 4.
    return Memory.getAndAddInt(shinfo + MbufExtSharedInfoLayout.REFCNT, delta) + delta & 0xffff;
  }

  /** Whether this process can let go of a buffer, should its reference be the last. */
  static boolean canRelease(long shinfo) {
    long number = Memory.getLong(shinfo + MbufExtSharedInfoLayout.FREE_CB);
    return number == PINNED || registered.of(number) != null;
  }

  static void release(long buffer, long shinfo) {
    if (refcntUpdate(shinfo, -1) != 0) {
      return;
    }
    long number = Memory.getLong(shinfo + MbufExtSharedInfoLayout.FREE_CB);
    if (number == PINNED) {
      setRefcnt(shinfo, 1);
      Mbuf.freePinned(Memory.getLong(shinfo + MbufExtSharedInfoLayout.FCB_OPAQUE));
      return;
    }
    FreeCallback callback = registered.of(number);
    if (callback == null) {
      throw new IllegalStateException(
          "external buffer at 0x"
              + Long.toHexString(buffer)
              + ": this process has no free callback "
              + number
              + "; register it before freeing such mbufs");
    }
    callback.free(buffer, Memory.getLong(shinfo + MbufExtSharedInfoLayout.FCB_OPAQUE));
  }
}
