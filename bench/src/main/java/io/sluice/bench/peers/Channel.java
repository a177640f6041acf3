package io.sluice.bench.peers;

/** One way for 8-byte messages, from one sender to one receiver, which may be in two processes. */
interface Channel {
  /** Sends up to n messages without waiting for room; how many it took. */
  int send(int n);

  /** Receives up to n messages without waiting; how many there were. */
  int receive(int n);
}
