/** {@code rte_ring}: bounded FIFO queues of 8-byte entries between threads and processes. */
package io.sluice.ring;
