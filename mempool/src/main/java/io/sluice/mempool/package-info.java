/** {@code rte_mempool} with a cache for each lcore, and {@code rte_mbuf} on top. */
package io.sluice.mempool;
