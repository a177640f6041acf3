package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The config's tailqs: shared lists by name, from which every process finds the rings, mempools and
 * so on of all. An entry ({@link TailqEntryLayout}) is allocated by the caller from the shared
 * heap. Who inserts, removes or walks holds the config's qlock, or mplock for mempools.
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

  private Tailq() {}

  private static long head(long config, int index) {
    return config + MemConfigLayout.TAILQ_HEAD + (long) index * TailqHeadLayout.SIZEOF;
  }

  /** How many there may be beside those that every primary makes. */
  static final int MAX_MORE = TailqHeadLayout.MAX - NAMES.length;

  /**
   * Makes all of them, empty.
   *
   * @param more names of those that only some C programs know; at most {@link #MAX_MORE}
   */
  public static void createAll(long config, List<String> more) {
    List<String> names = new ArrayList<>(List.of(NAMES));
    names.addAll(more);
    for (int i = 0; i < names.size(); i++) {
      long head = head(config, i);
      Memory.putLong(head + TailqHeadLayout.FIRST, 0);
      Memory.putLong(head + TailqHeadLayout.LAST, head + TailqHeadLayout.FIRST);
      Memory.putString(head + TailqHeadLayout.NAME, TailqHeadLayout.NAMESIZE, names.get(i));
    }
  }

  /** The head of that name. */
  public static long lookup(long config, String name) {
    for (int i = 0; i < TailqHeadLayout.MAX; i++) {
      long head = head(config, i);
      if (Memory.getString(head + TailqHeadLayout.NAME, TailqHeadLayout.NAMESIZE).equals(name)) {
        return head;
      }
    }
    throw new SluiceException(Errno.ENOENT, "no tailq '" + name + "'");
  }

  /** Appends an entry; the caller holds the tailqs' lock, whose log it gives. */
  public static void insertTail(UndoLog log, long head, long entry) {
    long last = Memory.getLong(head + TailqHeadLayout.LAST);
    Memory.putLong(entry + TailqEntryLayout.NEXT, 0);
    Memory.putLong(entry + TailqEntryLayout.PREV, last);
    log.putLong(last, entry);
    log.putLong(head + TailqHeadLayout.LAST, entry + TailqEntryLayout.NEXT);
  }

  /** Takes an entry out; the caller holds the tailqs' lock, whose log it gives. */
  public static void remove(UndoLog log, long head, long entry) {
    long next = Memory.getLong(entry + TailqEntryLayout.NEXT);
    long prev = Memory.getLong(entry + TailqEntryLayout.PREV);
    log.putLong(next == 0 ? head + TailqHeadLayout.LAST : next + TailqEntryLayout.PREV, prev);
    log.putLong(prev, next);
  }

  /** Visits every entry; the caller holds the tailqs' lock. */
  public static void iterate(long head, LongConsumer visitor) {
    for (long entry = Memory.getLong(head + TailqHeadLayout.FIRST); entry != 0; ) {
      long next = Memory.getLong(entry + TailqEntryLayout.NEXT);
      visitor.accept(entry);
      entry = next;
    }
  }
}
