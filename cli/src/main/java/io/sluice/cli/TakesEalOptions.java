package io.sluice.cli;

/** A command whose arguments are EAL options as DPDK spells them, which picocli must not read. */
interface TakesEalOptions {}
