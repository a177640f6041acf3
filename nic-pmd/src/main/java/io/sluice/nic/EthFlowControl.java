package io.sluice.nic;

/**
 * {@code struct rte_eth_fc_conf}: pause frames.
 *
 * @param highWater fill at which the peer is asked to pause
 * @param lowWater fill at which it is asked to go on
 * @param pauseTime how long it pauses, in units of 512 bit times
 * @param sendXon whether it is asked to go on at all
 * @param mode which ends pause
 * @param forwardControlFrames whether pause frames reach the queues
 * @param autonegotiate whether the two ends agree on it
 */
public record EthFlowControl(
    int highWater,
    int lowWater,
    int pauseTime,
    boolean sendXon,
    Mode mode,
    boolean forwardControlFrames,
    boolean autonegotiate) {
  /** {@code enum rte_eth_fc_mode}. */
  public enum Mode {
    /** Nobody pauses. */
    NONE,
    /** The peer is asked to pause. */
    RX_PAUSE,
    /** The peer's requests are heeded. */
    TX_PAUSE,
    /** Both. */
    FULL
  }
}
