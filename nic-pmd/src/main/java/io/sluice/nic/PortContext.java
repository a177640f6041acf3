package io.sluice.nic;

import io.sluice.memzone.SharedMemory;

/**
 * What a driver is given for a port.
 *
 * @param memory the shared memory
 * @param portId the port's number, which goes into received mbufs
 */
public record PortContext(SharedMemory memory, int portId) {}
