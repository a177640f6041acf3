/**
 * What {@code ./sluice bench} measures on the Java side: one {@code main} for each row, run in a
 * JVM of its own, which prints a line {@code point NAME NANOSECONDS} for each of the row's points.
 * The C side of the same rows is in {@code bench/src/main/c}, program for program.
 */
package io.sluice.bench.rows;
