/**
 * What commands need that start processes of their own and show how they do: the demo and the chaos
 * run.
 */
package io.sluice.cli.processes;
