/**
 * {@code sluice chaos}: processes that pass packets to each other while they are killed, stopped
 * and replaced, and the account of every packet, object, zone and block that must be right in the
 * end.
 *
 * <p>{@link io.sluice.cli.chaos.ChaosRun} starts, kills and watches them and touches nothing
 * shared; {@link io.sluice.cli.chaos.ChaosPrimary} and {@link io.sluice.cli.chaos.ChaosSecondary}
 * are their programs.
 */
package io.sluice.cli.chaos;
