/** Packet capture for {@code dpdk-dumpcap} ({@code rte_pdump.h}): copies of bursts, to its ring. */
package io.sluice.nic.pdump;
