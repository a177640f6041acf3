package io.sluice.nic;

import io.sluice.platform.Errno;

/**
 * What a driver can do to its device beside passing packets ({@code struct eth_dev_ops}). Each call
 * answers 0 or a negative errno; what a driver does not override answers {@link #NOT_SUPPORTED}.
 * Called by the primary's set-up thread only, with arguments that {@link EthControls} has checked.
 */
public interface EthDevOps {
  /** {@code -ENOTSUP}. */
  int NOT_SUPPORTED = -Errno.ENOTSUP.number();

  /** Takes the link up or down. */
  default int setLink(boolean up) {
    return NOT_SUPPORTED;
  }

  /** Sets the bytes of a frame behind its Ethernet header, 68 to 9710. */
  default int setMtu(int mtu) {
    return NOT_SUPPORTED;
  }

  /** Receives what is for other addresses too, or no more. */
  default int setPromiscuous(boolean on) {
    return NOT_SUPPORTED;
  }

  /** Receives what is for any multicast address, or no more. */
  default int setAllMulticast(boolean on) {
    return NOT_SUPPORTED;
  }

  /** Sets the device's own address, 6 bytes. */
  default int setMacAddr(byte[] mac) {
    return NOT_SUPPORTED;
  }

  /** Receives for another address too, into the queues of a pool, 0 to 63. */
  default int addMacAddr(byte[] mac, int pool) {
    return NOT_SUPPORTED;
  }

  /** Takes back {@link #addMacAddr}. */
  default int removeMacAddr(byte[] mac) {
    return NOT_SUPPORTED;
  }

  /** Receives for an address by a hash of it, or no more. */
  default int setUnicastHash(byte[] mac, boolean on) {
    return NOT_SUPPORTED;
  }

  /** Receives for every hash of an address, or no more. */
  default int setAllUnicastHash(boolean on) {
    return NOT_SUPPORTED;
  }

  /** Lets frames of a VLAN in, or no more. */
  default int setVlanFilter(int vlan, boolean on) {
    return NOT_SUPPORTED;
  }

  /** Sets the Ethernet type that marks a tag. */
  default int setVlanTpid(VlanType type, int tpid) {
    return NOT_SUPPORTED;
  }

  /** Takes the tag out of what a queue receives, or no more. */
  default int setVlanStripOnQueue(int queue, boolean on) {
    return NOT_SUPPORTED;
  }

  /** Puts a tag into what is sent, or no more. */
  default int setVlanPvid(int pvid, boolean on) {
    return NOT_SUPPORTED;
  }

  /** Sets which VLAN offloads are on, a mask of {@link EthControls}'s {@code VLAN_} bits. */
  default int setVlanOffload(int mask) {
    return NOT_SUPPORTED;
  }

  /** Sets when the device asks its peer to pause. */
  default int setFlowControl(EthFlowControl conf) {
    return NOT_SUPPORTED;
  }

  /** Flow control as it is now, or null if the device has none. */
  default EthFlowControl flowControl() {
    return null;
  }

  /** Sets when the device asks its peer to pause one priority, 0 to 7. */
  default int setPriorityFlowControl(EthFlowControl conf, int priority) {
    return NOT_SUPPORTED;
  }

  /** Switches the device's LED. */
  default int setLed(boolean on) {
    return NOT_SUPPORTED;
  }

  /** Prepares to start or stop one receive queue; its bursts pass nothing while it is stopped. */
  default int setRxQueueRunning(int queue, boolean running) {
    return NOT_SUPPORTED;
  }

  /** Prepares to start or stop one send queue; its bursts take nothing while it is stopped. */
  default int setTxQueueRunning(int queue, boolean running) {
    return NOT_SUPPORTED;
  }
}
