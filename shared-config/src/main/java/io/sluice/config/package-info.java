/**
 * What processes of one file prefix share before there is a heap: EAL options, the runtime
 * directory and its locks, {@code rte_mem_config}, fbarrays, tailqs, rwlock and spinlock, the mp
 * channel and the table of processes.
 */
package io.sluice.config;
