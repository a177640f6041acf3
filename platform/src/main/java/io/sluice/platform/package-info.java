/**
 * What everything else stands on: the one seam to raw memory ({@link io.sluice.platform.Memory}),
 * the one to libc ({@link io.sluice.platform.Libc}), lcores and the machine's topology.
 */
package io.sluice.platform;
