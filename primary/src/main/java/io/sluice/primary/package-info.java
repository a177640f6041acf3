/**
 * The process that owns the shared memory and the ports: {@link io.sluice.primary.Primary} for
 * programs, and the forwarding of {@code sluice primary} from ports to workers and back.
 */
package io.sluice.primary;
