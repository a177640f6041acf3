/**
 * Primary and secondaries in containers of their own, which share a hugetlbfs and the runtime
 * directory.
 */
package io.sluice.it.containers;
