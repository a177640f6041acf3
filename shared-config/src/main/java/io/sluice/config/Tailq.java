package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.function.LongConsumer;

/**
 * The config's tailqs: shared lists by name, from which every process finds the rings, mempools and
 * so on of all. An entry is {@code struct rte_tailq_entry}: next, the address of what points to it,
 * and the object's address; it is allocated by the caller from the shared heap. Who inserts,
 * removes or walks holds the config's qlock, or mplock for mempools.
 */
public final class Tailq {
  /**
   * Those of a stock process in its order, then those of every other library of 22.11: a C process
   * does not start when one that its libraries know is missing.
   */
  private static final String[] NAMES = {
    "RTE_RING",
    "RTE_MEMPOOL",
    "RTE_MBUF_DYNFIELD",
    "RTE_MBUF_DYNFLAG",
    "UIO_RESOURCE_LIST",
    "VFIO_RESOURCE_LIST",
    "RTE_REORDER",
    "RTE_HASH",
    "RTE_FBK_HASH",
    "RTE_THASH",
    "VMBUS_RESOURCE_LIST",
    "RTE_ACL",
    "RTE_LPM",
    "RTE_LPM6",
    "RTE_SWX_PIPELINE",
    "RTE_SWX_CTL_PIPELINE",
    "RTE_STACK",
    "RTE_EVENT_RING",
    "RTE_RIB",
    "RTE_RIB6",
    "RTE_FIB",
    "RTE_FIB6",
    "RTE_DIST_BURST",
    "RTE_DISTRIBUTOR",
    "RTE_EFD",
    "RTE_IPSEC_SAD",
    "RTE_KNI",
    "RTE_MEMBER"
  };

  private static final int HEAD_SIZE = 48;
  private static final int HEADS = 32;

  private Tailq() {}

  /** Makes all of them, empty. */
  public static void createAll(long config) {
    for (int i = 0; i < NAMES.length; i++) {
      long head = config + MemConfigLayout.TAILQ_HEAD + (long) i * HEAD_SIZE;
      Memory.putLong(head, 0);
      Memory.putLong(head + 8, head);
      Memory.putString(head + 16, 32, NAMES[i]);
    }
  }

  /** The head of that name. */
  public static long lookup(long config, String name) {
    for (int i = 0; i < HEADS; i++) {
      long head = config + MemConfigLayout.TAILQ_HEAD + (long) i * HEAD_SIZE;
      if (Memory.getString(head + 16, 32).equals(name)) {
        return head;
      }
    }
    throw new SluiceException(Errno.ENOENT, "no tailq '" + name + "'");
  }

  /** Appends an entry; the caller holds the tailqs' lock, whose log it gives. */
  public static void insertTail(UndoLog log, long head, long entry) {
    long last = Memory.getLong(head + 8);
    Memory.putLong(entry, 0);
    Memory.putLong(entry + 8, last);
    log.putLong(last, entry);
    log.putLong(head + 8, entry);
  }

  /** Takes an entry out; the caller holds the tailqs' lock, whose log it gives. */
  public static void remove(UndoLog log, long head, long entry) {
    long next = Memory.getLong(entry);
    long prev = Memory.getLong(entry + 8);
    log.putLong(next == 0 ? head + 8 : next + 8, prev);
    log.putLong(prev, next);
  }

  /** Visits every entry; the caller holds the tailqs' lock. */
  public static void iterate(long head, LongConsumer visitor) {
    for (long entry = Memory.getLong(head); entry != 0; ) {
      long next = Memory.getLong(entry);
      visitor.accept(entry);
      entry = next;
    }
  }
}
