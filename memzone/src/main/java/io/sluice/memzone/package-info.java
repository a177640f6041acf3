/**
 * Named zones of shared memory, and {@link io.sluice.memzone.SharedMemory}, the context of one
 * process that everything above takes.
 */
package io.sluice.memzone;
