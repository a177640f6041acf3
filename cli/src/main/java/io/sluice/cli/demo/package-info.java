/**
 * {@code sluice demo}: the processes it starts, the traffic it sends into them, and the independent
 * count of what comes out. Nothing here is on the forwarding path.
 */
package io.sluice.cli.demo;
