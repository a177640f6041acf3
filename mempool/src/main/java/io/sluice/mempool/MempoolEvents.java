package io.sluice.mempool;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/**
 * {@code rte_mempool_event_callback_register}: who wants to know of the pools that this process
 * makes and frees, as a driver does that has to register their memory with its device. Listeners
 * are called by the thread that makes or frees, without a lock, and must not throw; they may
 * register and unregister, which counts from the next event on. Thread-safe.
 */
public final class MempoolEvents {
  private static final List<BiConsumer<MempoolEvent, Mempool>> LISTENERS =
      new CopyOnWriteArrayList<>();

  private MempoolEvents() {}

  /**
   * Has a listener called for every event.
   *
   * @throws SluiceException EEXIST if it is registered already
   */
  public static void register(BiConsumer<MempoolEvent, Mempool> listener) {
    synchronized (LISTENERS) {
      if (LISTENERS.contains(listener)) {
        throw new SluiceException(
            Errno.EEXIST, "mempool event listener " + listener + " is registered already");
      }
      LISTENERS.add(listener);
    }
  }

  /**
   * Has a listener called no more.
   *
   * @throws SluiceException ENOENT if it is not registered
   */
  public static void unregister(BiConsumer<MempoolEvent, Mempool> listener) {
    if (!LISTENERS.remove(listener)) {
      throw new SluiceException(
          Errno.ENOENT, "mempool event listener " + listener + " is not registered");
    }
  }

  static void announce(MempoolEvent event, Mempool pool) {
    LISTENERS.forEach(listener -> listener.accept(event, pool));
  }
}
