/**
 * What a team on the JVM would pick today, each library used as its makers advise for throughput:
 * one channel of 8-byte messages from one sender to one receiver, measured as the rings in {@link
 * io.sluice.bench.rows}. Two processes where the library can, else two threads.
 */
package io.sluice.bench.peers;
