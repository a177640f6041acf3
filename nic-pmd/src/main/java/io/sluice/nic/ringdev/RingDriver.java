package io.sluice.nic.ringdev;

import io.sluice.memzone.SharedMemory;
import io.sluice.nic.DeviceArguments;
import io.sluice.nic.Driver;
import io.sluice.nic.PortContext;
import io.sluice.nic.PortDriver;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import io.sluice.ring.Ring;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code net_ring}: receives from rings what was sent to them, as {@code rte_eth_ring.c}. A device
 * without arguments makes 16 rings {@code ETH_RXTX0_<device>} … {@code ETH_RXTX15_<device>} of 1024
 * slots, single producer and single consumer; queue i receives from and sends to the i-th. If rings
 * of these names are there already, it takes those, and leaves them there when it closes.
 *
 * <p>{@code nodeaction=name:node:CREATE} makes them as {@code ETH_RXTX<i>_<name>} on that NUMA
 * node, {@code nodeaction=name:node:ATTACH} takes those that are there. Other than DPDK's, which
 * calls the port {@code name} then, the port keeps the device's name, and there is one {@code
 * nodeaction} a device.
 */
public final class RingDriver implements Driver {
  private static final int MAX_RINGS = 16;
  private static final int SLOTS = 1024;
  private static final int ANY_NODE = -1;
  private static final int MAX_NODE = 31;

  @Override
  public String name() {
    return "net_ring";
  }

  @Override
  public Set<String> arguments() {
    return Set.of("nodeaction");
  }

  @Override
  public boolean isShareable() {
    return true;
  }

  @Override
  public PortDriver attach(PortContext context) {
    return new RingPort(context);
  }

  @Override
  public PortDriver open(DeviceArguments arguments, PortContext context) {
    String action = arguments.get("nodeaction");
    if (action == null) {
      return create(arguments.device(), ANY_NODE, context);
    }
    String[] parts = action.split(":", -1);
    if (parts.length != 3 || parts[0].isEmpty() || !parts[1].matches("\\d{1,2}")) {
      throw arguments.invalid("nodeaction=" + action + ", it takes name:node:CREATE|ATTACH");
    }
    int node = Integer.parseInt(parts[1]);
    if (node > MAX_NODE) {
      throw arguments.invalid("nodeaction=" + action + ", NUMA nodes are 0 to " + MAX_NODE);
    }
    return switch (parts[2]) {
      case "CREATE" -> create(parts[0], node, context);
      case "ATTACH" -> attach(parts[0], context);
      default ->
          throw arguments.invalid(
              "nodeaction=" + action + ", its action is CREATE or ATTACH, not " + parts[2]);
    };
  }

  private static String ringName(int index, String name) {
    return "ETH_RXTX" + index + "_" + name;
  }

  private static PortDriver create(String name, int node, PortContext context) {
    SharedMemory memory = context.memory();
    List<Ring> rings = new ArrayList<>();
    List<Ring> made = new ArrayList<>();
    try {
      for (int i = 0; i < MAX_RINGS; i++) {
        Ring ring = Ring.lookup(memory, ringName(i, name));
        if (ring == null) {
          ring = Ring.create(memory, ringName(i, name), SLOTS, node, Ring.SP_ENQ | Ring.SC_DEQ);
          made.add(ring);
        }
        rings.add(ring);
      }
    } catch (SluiceException e) {
      made.forEach(ring -> ring.free(memory));
      throw e;
    }
    // Those of a dead primary's device are this one's as they were that one's.
    boolean own = made.size() == MAX_RINGS || RingPort.ownsRings(context.state());
    return RingPort.open(rings, rings, own, context);
  }

  private static PortDriver attach(String name, PortContext context) {
    List<Ring> rings = new ArrayList<>();
    for (int i = 0; i < MAX_RINGS; i++) {
      Ring ring = Ring.lookup(context.memory(), ringName(i, name));
      if (ring == null) {
        throw new SluiceException(
            Errno.ENOENT,
            "net_ring: no ring '" + ringName(i, name) + "' to attach to; take nodeaction CREATE");
      }
      rings.add(ring);
    }
    return RingPort.open(rings, rings, false, context);
  }

  /**
   * A port over rings that are the caller's and stay so.
   *
   * @throws SluiceException EINVAL for more than 16 rings of a direction
   */
  public static PortDriver fromRings(List<Ring> rx, List<Ring> tx, PortContext context) {
    if (rx.size() > MAX_RINGS || tx.size() > MAX_RINGS) {
      throw new SluiceException(
          Errno.EINVAL,
          "net_ring: "
              + rx.size()
              + " receive and "
              + tx.size()
              + " send rings, it takes up to 16 of each");
    }
    return RingPort.open(rx, tx, false, context);
  }
}
