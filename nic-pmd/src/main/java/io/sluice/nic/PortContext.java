package io.sluice.nic;

import io.sluice.memzone.SharedMemory;

/**
 * What a driver is given for a port.
 *
 * @param memory the shared memory
 * @param portId the port's number, which goes into received mbufs
 * @param state the driver's own words of shared memory
 */
public record PortContext(SharedMemory memory, int portId, DriverState state) {}
