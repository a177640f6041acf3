/** {@code net_pcap}: capture files as ports, and a reader and a writer of them. */
package io.sluice.nic.pcap;
