package io.sluice.samples.l3fwd;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.util.Arrays;

/**
 * Longest-prefix match over IPv4 addresses: a trie that takes 16, then 8, then 8 bits, so that a
 * lookup reads one to three words of process-local memory.
 *
 * <pre>
 * entry (int):  31      30       29..24   23..0
 *               valid   child    depth    next hop, or number of the child group
 * </pre>
 *
 * <p>Routes may come in any order: each entry remembers the depth of the prefix that wrote it, and
 * only a prefix at least as deep overwrites it. One thread adds, then any number look up.
 */
public final class Lpm implements Lookup {
  private static final int ROOT_BITS = 16;
  private static final int GROUP_BITS = 8;
  private static final int GROUP = 1 << GROUP_BITS;

  private static final int VALID = 1 << 31;
  private static final int CHILD = 1 << 30;
  private static final int DEPTH_SHIFT = 24;
  private static final int VALUE_MASK = (1 << DEPTH_SHIFT) - 1;

  private final int[] root = new int[1 << ROOT_BITS];
  private int[] groups = new int[16 * GROUP];
  private int groupCount;

  /**
   * Adds a route; the same prefix again changes its next hop.
   *
   * @param address the network, host byte order; bits beyond {@code depth} are ignored
   * @param depth the length of the prefix, 0 to 32
   * @param nextHop 0 to 16777215
   */
  public void add(int address, int depth, int nextHop) {
    if (depth < 0 || depth > 32) {
      throw new SluiceException(Errno.EINVAL, "prefix length " + depth + " is not 0 to 32");
    }
    if (nextHop < 0 || nextHop > VALUE_MASK) {
      throw new SluiceException(Errno.EINVAL, "next hop " + nextHop + " is not 0 to " + VALUE_MASK);
    }
    int network = depth == 0 ? 0 : address & -1 << 32 - depth;
    int entry = VALID | depth << DEPTH_SHIFT | nextHop;
    int slot = network >>> 16;
    if (depth <= ROOT_BITS) {
      fill(root, slot, 1 << ROOT_BITS - depth, entry, depth);
      return;
    }
    int group = childOf(root, slot);
    slot = group * GROUP + (network >>> 8 & 0xff);
    if (depth <= ROOT_BITS + GROUP_BITS) {
      fill(groups, slot, 1 << ROOT_BITS + GROUP_BITS - depth, entry, depth);
      return;
    }
    group = childOf(groups, slot);
    fill(groups, group * GROUP + (network & 0xff), 1 << 32 - depth, entry, depth);
  }

  /** The next hop of the longest prefix that holds {@code address}, or {@link #MISS}. */
  public int nextHop(int address) {
    int entry = root[address >>> 16];
    if ((entry & CHILD) != 0) {
      entry = groups[(entry & VALUE_MASK) * GROUP + (address >>> 8 & 0xff)];
      if ((entry & CHILD) != 0) {
        entry = groups[(entry & VALUE_MASK) * GROUP + (address & 0xff)];
      }
    }
    return entry < 0 ? entry & VALUE_MASK : MISS;
  }

  @Override
  public int port(long ipv4Header) {
    return nextHop(Ipv4.destination(ipv4Header));
  }

  private void fill(int[] table, int from, int count, int entry, int depth) {
    for (int slot = from; slot < from + count; slot++) {
      int old = table[slot];
      if ((old & CHILD) != 0) {
        fill(groups, (old & VALUE_MASK) * GROUP, GROUP, entry, depth);
      } else if (old == 0 || (old >>> DEPTH_SHIFT & 0x3f) <= depth) {
        table[slot] = entry;
      }
    }
  }

  /** The number of the group below a slot; a new one inherits the slot's own entry everywhere. */
  private int childOf(int[] table, int slot) {
    int entry = table[slot];
    if ((entry & CHILD) != 0) {
      return entry & VALUE_MASK;
    }
    boolean own = table == groups;
    if ((groupCount + 1) * GROUP > groups.length) {
      groups = Arrays.copyOf(groups, groups.length * 2);
    }
    int group = groupCount++;
    Arrays.fill(groups, group * GROUP, (group + 1) * GROUP, entry);
    (own ? groups : table)[slot] = VALID | CHILD | group;
    return group;
  }
}
