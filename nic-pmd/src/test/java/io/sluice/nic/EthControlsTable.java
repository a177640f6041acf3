package io.sluice.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Every call of the user guide's table of what a device can be told. */
final class EthControlsTable {
  static final byte[] MAC = {2, 1, 2, 3, 4, 5};
  static final EthFlowControl FLOW =
      new EthFlowControl(100, 50, 1000, true, EthFlowControl.Mode.FULL, false, true);

  private static final Map<String, Consumer<EthDev>> CALLS = new LinkedHashMap<>();

  // In this order: an address is added before it is removed, a queue stopped before it is started.
  static {
    CALLS.put("setLinkUp", port -> port.controls().setLinkUp());
    CALLS.put("setLinkDown", port -> port.controls().setLinkDown());
    CALLS.put("setMtu", port -> port.setMtu(1400));
    CALLS.put("setMacAddr", port -> port.setMacAddr(MAC));
    CALLS.put("setPromiscuous", port -> port.setPromiscuous(true));
    CALLS.put("setAllMulticast", port -> port.setAllMulticast(true));
    CALLS.put("addMacAddr", port -> port.controls().addMacAddr(MAC, 0));
    CALLS.put("removeMacAddr", port -> port.controls().removeMacAddr(MAC));
    CALLS.put("setUnicastHash", port -> port.controls().setUnicastHash(MAC, true));
    CALLS.put("setAllUnicastHash", port -> port.controls().setAllUnicastHash(true));
    CALLS.put("setVlanFilter", port -> port.controls().setVlanFilter(7, true));
    CALLS.put("setVlanTpid", port -> port.controls().setVlanTpid(VlanType.OUTER, 0x88a8));
    CALLS.put("setVlanStrip", port -> port.controls().setVlanStripOnQueue(0, true));
    CALLS.put("setVlanPvid", port -> port.controls().setVlanPvid(7, true));
    CALLS.put("setVlanOffload", port -> port.controls().setVlanOffload(EthControls.VLAN_STRIP));
    CALLS.put("flowControl", port -> port.controls().flowControl());
    CALLS.put("setFlowControl", port -> port.controls().setFlowControl(FLOW));
    CALLS.put("setPriorityFlowControl", port -> port.controls().setPriorityFlowControl(FLOW, 3));
    CALLS.put("setLedOn", port -> port.controls().setLedOn());
    CALLS.put("setLedOff", port -> port.controls().setLedOff());
    CALLS.put("stopRxQueue", port -> port.controls().stopRxQueue(0));
    CALLS.put("startRxQueue", port -> port.controls().startRxQueue(0));
    CALLS.put("stopTxQueue", port -> port.controls().stopTxQueue(0));
    CALLS.put("startTxQueue", port -> port.controls().startTxQueue(0));
  }

  private EthControlsTable() {}

  /** Those that the driver of a port with one queue pair can; the others are refused in a line. */
  static Set<String> able(EthDev port) {
    Set<String> able = new TreeSet<>();
    CALLS.forEach(
        (name, call) -> {
          try {
            call.accept(port);
            able.add(name);
          } catch (SluiceException e) {
            assertEquals(Errno.ENOTSUP, e.errno(), () -> name + ": " + e.getMessage());
            String start = "port " + port.name() + ": " + port.driverName() + " cannot ";
            assertTrue(e.getMessage().startsWith(start), e.getMessage());
            assertEquals(1, e.getMessage().lines().count());
          }
        });
    return able;
  }
}
