package io.sluice.nic;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.util.Objects;

/**
 * What a port's device can be told beyond addresses and MTU ({@code rte_ethdev.h}): link, VLAN,
 * flow control, further addresses, hash, LED, single queues. In the primary only; every call throws
 * ENOTSUP where the driver cannot, EINVAL for a value that no device takes, and the device's own
 * errno. Called by one thread at a time.
 */
public final class EthControls {
  /** {@code RTE_ETH_VLAN_STRIP_OFFLOAD}: tags are taken out of what is received. */
  public static final int VLAN_STRIP = 1;

  /** {@code RTE_ETH_VLAN_FILTER_OFFLOAD}: only some VLANs are received. */
  public static final int VLAN_FILTER = 2;

  /** {@code RTE_ETH_VLAN_EXTEND_OFFLOAD}: two tags are known. */
  public static final int VLAN_EXTEND = 4;

  /** {@code RTE_ETH_QINQ_STRIP_OFFLOAD}: both tags are taken out. */
  public static final int QINQ_STRIP = 8;

  private static final int MAX_VLAN = 4095;
  private static final int MAX_TPID = 0xffff;
  private static final int POOLS = 64;
  private static final int PRIORITIES = 8;
  private static final int MAC = 6;

  private final EthDev port;
  private final EthDevOps ops;

  EthControls(EthDev port, EthDevOps ops) {
    this.port = port;
    this.ops = ops;
  }

  private void check(int result, String what) {
    if (result < 0) {
      Errno errno = Errno.ofResult(result);
      throw new SluiceException(
          errno,
          "port "
              + port.name()
              + ": "
              + port.driverName()
              + (errno == Errno.ENOTSUP ? " cannot " : " could not ")
              + what
              + (errno == Errno.EPERM ? "; that takes CAP_NET_ADMIN" : ""));
    }
  }

  private SluiceException invalid(String what) {
    return new SluiceException(Errno.EINVAL, "port " + port.name() + ": " + what);
  }

  private void checkRange(String what, int value, int most) {
    if (value < 0 || value > most) {
      throw invalid(what + " " + value + ", it takes 0 to " + most);
    }
  }

  private void checkMac(byte[] mac) {
    Objects.requireNonNull(mac, "mac");
    int sum = 0;
    for (byte each : mac) {
      sum |= each;
    }
    if (mac.length != MAC || sum == 0) {
      throw invalid("an address has 6 bytes, not all of them 0");
    }
  }

  /** {@code rte_eth_dev_set_link_up}. */
  public void setLinkUp() {
    check(ops.setLink(true), "take the link up");
    port.link();
  }

  /** {@code rte_eth_dev_set_link_down}. */
  public void setLinkDown() {
    check(ops.setLink(false), "take the link down");
    port.link();
  }

  /**
   * {@code rte_eth_dev_set_mtu}, for {@link EthDev#setMtu}.
   *
   * @param mtu 68 to 9710
   */
  void setMtu(int mtu) {
    if (mtu < EthDev.MIN_MTU || mtu > EthDev.MAX_MTU) {
      throw invalid("mtu=" + mtu + ", it takes " + EthDev.MIN_MTU + " to " + EthDev.MAX_MTU);
    }
    check(ops.setMtu(mtu), "set the MTU to " + mtu);
  }

  void setPromiscuous(boolean on) {
    check(ops.setPromiscuous(on), "set promiscuous mode");
  }

  void setAllMulticast(boolean on) {
    check(ops.setAllMulticast(on), "set all-multicast mode");
  }

  void setMacAddr(byte[] mac) {
    checkMac(mac);
    if ((mac[0] & 1) != 0) {
      throw invalid("a port's own address is no multicast address");
    }
    check(ops.setMacAddr(mac), "change its address");
  }

  /**
   * {@code rte_eth_dev_mac_addr_add}.
   *
   * @param mac 6 bytes
   * @param pool which pool of queues, 0 to 63
   */
  public void addMacAddr(byte[] mac, int pool) {
    checkMac(mac);
    checkRange("pool", pool, POOLS - 1);
    check(ops.addMacAddr(mac, pool), "receive for a further address");
  }

  /** {@code rte_eth_dev_mac_addr_remove}. */
  public void removeMacAddr(byte[] mac) {
    checkMac(mac);
    check(ops.removeMacAddr(mac), "remove an address");
  }

  /** {@code rte_eth_dev_uc_hash_table_set}. */
  public void setUnicastHash(byte[] mac, boolean on) {
    checkMac(mac);
    check(ops.setUnicastHash(mac, on), "hash addresses");
  }

  /** {@code rte_eth_dev_uc_all_hash_table_set}. */
  public void setAllUnicastHash(boolean on) {
    check(ops.setAllUnicastHash(on), "hash addresses");
  }

  /**
   * {@code rte_eth_dev_vlan_filter}.
   *
   * @param vlan 0 to 4095
   */
  public void setVlanFilter(int vlan, boolean on) {
    checkRange("VLAN", vlan, MAX_VLAN);
    check(ops.setVlanFilter(vlan, on), "filter VLANs");
  }

  /**
   * {@code rte_eth_dev_set_vlan_ether_type}.
   *
   * @param tpid 0 to 65535
   */
  public void setVlanTpid(VlanType type, int tpid) {
    Objects.requireNonNull(type, "type");
    checkRange("TPID", tpid, MAX_TPID);
    check(ops.setVlanTpid(type, tpid), "set the TPID");
  }

  /** {@code rte_eth_dev_set_vlan_strip_on_queue}. */
  public void setVlanStripOnQueue(int queue, boolean on) {
    checkQueue("receive", queue, port.rxQueues());
    check(ops.setVlanStripOnQueue(queue, on), "strip VLAN tags of a queue");
  }

  /**
   * {@code rte_eth_dev_set_vlan_pvid}: inserts a tag into what is sent.
   *
   * @param pvid 0 to 4095
   */
  public void setVlanPvid(int pvid, boolean on) {
    checkRange("VLAN", pvid, MAX_VLAN);
    check(ops.setVlanPvid(pvid, on), "insert VLAN tags");
  }

  /**
   * {@code rte_eth_dev_set_vlan_offload}.
   *
   * @param mask of {@link #VLAN_STRIP}, {@link #VLAN_FILTER}, {@link #VLAN_EXTEND}, {@link
   *     #QINQ_STRIP}
   */
  public void setVlanOffload(int mask) {
    checkRange("VLAN offload mask", mask, VLAN_STRIP | VLAN_FILTER | VLAN_EXTEND | QINQ_STRIP);
    check(ops.setVlanOffload(mask), "offload VLAN tags");
  }

  /** {@code rte_eth_dev_flow_ctrl_get}. */
  public EthFlowControl flowControl() {
    EthFlowControl conf = ops.flowControl();
    check(conf == null ? EthDevOps.NOT_SUPPORTED : 0, "control flow");
    return conf;
  }

  /** {@code rte_eth_dev_flow_ctrl_set}. */
  public void setFlowControl(EthFlowControl conf) {
    Objects.requireNonNull(conf, "conf");
    check(ops.setFlowControl(conf), "control flow");
  }

  /**
   * {@code rte_eth_dev_priority_flow_ctrl_set}.
   *
   * @param priority 0 to 7
   */
  public void setPriorityFlowControl(EthFlowControl conf, int priority) {
    Objects.requireNonNull(conf, "conf");
    checkRange("priority", priority, PRIORITIES - 1);
    check(ops.setPriorityFlowControl(conf, priority), "control flow by priority");
  }

  /** {@code rte_eth_led_on}. */
  public void setLedOn() {
    check(ops.setLed(true), "switch a LED");
  }

  /** {@code rte_eth_led_off}. */
  public void setLedOff() {
    check(ops.setLed(false), "switch a LED");
  }

  private void checkQueue(String side, int queue, int count) {
    if (queue < 0 || queue >= count) {
      throw invalid("no " + side + " queue " + queue + ", configured are " + count);
    }
  }

  private void checkStarted() {
    if (!port.isStarted()) {
      throw invalid("start it before single queues");
    }
  }

  /** {@code rte_eth_dev_rx_queue_start}; a queue that runs stays so. */
  public void startRxQueue(int queue) {
    setRxQueueRunning(queue, true);
  }

  /** {@code rte_eth_dev_rx_queue_stop}: its bursts return 0 until it is started again. */
  public void stopRxQueue(int queue) {
    setRxQueueRunning(queue, false);
  }

  private void setRxQueueRunning(int queue, boolean running) {
    checkQueue("receive", queue, port.rxQueues());
    checkStarted();
    check(ops.setRxQueueRunning(queue, running), "start and stop single queues");
    port.setRxQueueRunning(queue, running);
  }

  /** {@code rte_eth_dev_tx_queue_start}; a queue that runs stays so. */
  public void startTxQueue(int queue) {
    setTxQueueRunning(queue, true);
  }

  /** {@code rte_eth_dev_tx_queue_stop}: its bursts return 0 until it is started again. */
  public void stopTxQueue(int queue) {
    setTxQueueRunning(queue, false);
  }

  private void setTxQueueRunning(int queue, boolean running) {
    checkQueue("send", queue, port.txQueues());
    checkStarted();
    check(ops.setTxQueueRunning(queue, running), "start and stop single queues");
    port.setTxQueueRunning(queue, running);
  }
}
