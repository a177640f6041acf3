/** What the tests of all modules share: child JVMs, awaiting, conditions, network namespaces. */
package io.sluice.testing;
