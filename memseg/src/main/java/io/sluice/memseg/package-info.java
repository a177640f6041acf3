/**
 * Shared pages and the heap on them: one window of virtual addresses, the memseg lists in it, the
 * hugepage files behind them, their IO addresses, and {@code rte_malloc}'s heap.
 */
package io.sluice.memseg;
