package io.sluice.nic;

/** A queue as bursts reach it. One thread at a time. */
interface BurstQueue {
  /** Passes up to n packets; how many. Allocates nothing, throws nothing. */
  int burst(long[] pkts, int offset, int n);
}
