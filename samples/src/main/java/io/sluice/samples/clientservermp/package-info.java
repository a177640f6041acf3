/**
 * {@code client_server_mp}: a server that reads the ports and deals packets out to clients over
 * rings, and clients that send them.
 */
package io.sluice.samples.clientservermp;
