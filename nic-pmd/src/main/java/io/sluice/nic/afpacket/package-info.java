/** {@code net_af_packet}: a port on a kernel interface, by memory-mapped packet sockets. */
package io.sluice.nic.afpacket;
