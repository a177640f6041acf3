/** {@code net_ring}: a port whose queues are rings. */
package io.sluice.nic.ringdev;
