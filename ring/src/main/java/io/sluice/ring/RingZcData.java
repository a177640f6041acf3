package io.sluice.ring;

/**
 * {@code struct rte_ring_zc_data}: where in the ring a zero-copy claim lies, in one or two runs of
 * entries. Made once by its user and filled again by each call; not thread-safe.
 */
public final class RingZcData {
  private long ptr1;
  private int n1;
  private long ptr2;
  private int esize;

  /** Address of the first run's first entry. */
  public long ptr1() {
    return ptr1;
  }

  /** Entries in the first run; the rest of the claim is in the second. */
  public int n1() {
    return n1;
  }

  /** Address of the second run, the ring's first entry; 0 when there is one run only. */
  public long ptr2() {
    return ptr2;
  }

  /** The address of entry {@code index} of the claim. */
  public long entry(int index) {
    return index < n1 ? ptr1 + (long) index * esize : ptr2 + (long) (index - n1) * esize;
  }

  void set(long ptr1, int n1, long ptr2, int esize) {
    this.ptr1 = ptr1;
    this.n1 = n1;
    this.ptr2 = ptr2;
    this.esize = esize;
  }
}
