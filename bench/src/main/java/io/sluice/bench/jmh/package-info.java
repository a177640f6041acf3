/** What one thread does with rings, pools and mbufs, under JMH. */
package io.sluice.bench.jmh;
