package io.sluice.mempool;

import io.sluice.platform.Memory;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

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

  private static final Map<Long, FreeCallback> CALLBACKS = new ConcurrentHashMap<>();

  private ExternalBuffers() {}

  /** Registers this process's callback for a number, which all processes must agree on. */
  public static void register(long number, FreeCallback callback) {
    CALLBACKS.put(number, callback);
  }

  /** {@code rte_pktmbuf_ext_shinfo_init_helper}: writes the 24 shared bytes, with one reference. */
  public static void init(long shinfo, long callbackNumber, long opaque) {
    Memory.putLong(shinfo + MbufExtSharedInfoLayout.FREE_CB, callbackNumber);
    Memory.putLong(shinfo + MbufExtSharedInfoLayout.FCB_OPAQUE, opaque);
    Memory.putInt(shinfo + MbufExtSharedInfoLayout.REFCNT, 1);
  }

  /** {@code rte_mbuf_ext_refcnt_read}. */
  public static int refcnt(long shinfo) {
    return Memory.getShortVolatile(shinfo + MbufExtSharedInfoLayout.REFCNT) & 0xffff;
  }

  /** {@code rte_mbuf_ext_refcnt_update}: adds in one atomic step; returns the new count. */
  public static int refcntUpdate(long shinfo, int delta) {
    // The two bytes behind the count are padding, so that it can be swapped as 4.
    return Memory.getAndAddInt(shinfo + MbufExtSharedInfoLayout.REFCNT, delta) + delta & 0xffff;
  }

  static void release(long buffer, long shinfo) {
    if (refcntUpdate(shinfo, -1) != 0) {
      return;
    }
    long number = Memory.getLong(shinfo + MbufExtSharedInfoLayout.FREE_CB);
    FreeCallback callback = CALLBACKS.get(number);
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
