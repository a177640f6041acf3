/**
 * One small program per DPDK sample it answers to; {@code sluice sample NAME} runs each by its
 * name.
 */
package io.sluice.samples;
