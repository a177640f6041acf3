/**
 * {@code rte_ring}: bounded FIFO queues of 8-byte entries between threads and processes; and
 * messages in place, which DPDK has not.
 */
package io.sluice.ring;
