package io.sluice.primary;

import io.sluice.platform.Burst;

/**
 * One queue pair that the forwarder polls.
 *
 * @param rx fills in mbufs that the forwarder then owns
 * @param tx takes mbufs from the start of the burst; what it does not take stays the forwarder's
 */
public record ForwardingPort(String name, Burst rx, Burst tx) {}
