package io.sluice.mempool;

/**
 * Sluice's lock-free stack of 8-byte entries. DPDK's {@code rte_stack_lf} swaps 128 bits at once,
 * which the JVM cannot; here a list's head is one 8-byte word {u32 tag, u32 node + 1}, so that a
 * node is an index and the tag, which every swap counts up, keeps a node that came back apart from
 * one that never left. The node's highest bit is set while a list is frozen ({@link
 * LockFreeStackRecovery}): then nodes are put on it and none are taken.
 *
 * <pre>
 *    0 magic u64, "SLUICELF"      64 used: head of the nodes that hold entries
 *    8 nodes u32                 128 free: head of those that hold none
 *                                192 count u32: entries, exact when nobody is at it
 *  256 node[nodes], 16 bytes each: {entry u64, next node + 1 u32, pad u32}
 * </pre>
 */
final class LockFreeStackLayout {
  static final long MAGIC_VALUE = 0x464c_4543_4955_4c53L;
  static final int MAGIC = 0;
  static final int NODES = 8;
  static final int USED = 64;
  static final int FREE = 128;
  static final int COUNT = 192;
  static final int NODE = 256;
  static final int NODE_SIZEOF = 16;
  static final int NODE_ENTRY = 0;
  static final int NODE_NEXT = 8;

  /** Of a list's head. */
  static final int FROZEN = 1 << 31;

  private LockFreeStackLayout() {}
}
