/**
 * {@code ./sluice bench}: {@link io.sluice.bench.Contest}s between two sides that do the same work,
 * run in turn over several rounds, and what is made of the times. The work itself is in {@link
 * io.sluice.bench.rows} and in {@code bench/src/main/c}.
 */
package io.sluice.bench;
