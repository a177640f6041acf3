package io.sluice.nic.pcap;

import io.sluice.nic.DeviceArguments;
import io.sluice.nic.Driver;
import io.sluice.nic.PortContext;
import io.sluice.nic.PortDriver;
import io.sluice.nic.afpacket.QueuePair;
import io.sluice.nic.afpacket.SocketOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code net_pcap}, with DPDK's arguments. A port receives the packets of {@code rx_pcap}, once or
 * with {@code infinite_rx=1} over and over, or those of interfaces: {@code rx_iface}, what comes in
 * and what others send on it; {@code rx_iface_in}, what comes in. What is sent is written to {@code
 * tx_pcap} or goes out of {@code tx_iface}. Each may be given several times, once a queue; either
 * direction may be missing. {@code iface} alone is both directions of an interface through one
 * socket, which does not see what it sends itself; the port has its address with {@code phy_mac=1}.
 *
 * <p>Reads pcap and pcapng; writes pcapng to a file whose name ends in {@code .pcapng}. Interfaces
 * receive what is for other addresses too.
 */
public final class PcapDriver implements Driver {
  private static final int MAX_QUEUES = 16;
  // Frames of up to 16 KiB, as libpcap is asked for by DPDK's.
  private static final int FRAME_SIZE = 1 << 14;
  private static final int FRAME_COUNT = 128;
  private static final String RX_PCAP = "rx_pcap";
  private static final String TX_PCAP = "tx_pcap";
  private static final String RX_IFACE = "rx_iface";
  private static final String RX_IFACE_IN = "rx_iface_in";
  private static final String TX_IFACE = "tx_iface";
  private static final String IFACE = "iface";
  private static final String PHY_MAC = "phy_mac";
  private static final String INFINITE_RX = "infinite_rx";
  private static final Set<String> SOURCES = Set.of(RX_PCAP, RX_IFACE, RX_IFACE_IN);
  private static final Set<String> SINKS = Set.of(TX_PCAP, TX_IFACE);

  @Override
  public String name() {
    return "net_pcap";
  }

  @Override
  public Set<String> arguments() {
    return Set.of(RX_PCAP, TX_PCAP, RX_IFACE, RX_IFACE_IN, TX_IFACE, IFACE, PHY_MAC, INFINITE_RX);
  }

  @Override
  public PortDriver open(DeviceArguments arguments, PortContext context) {
    check(arguments);
    boolean phyMac = arguments.number(PHY_MAC, 0, 0, 1) == 1;
    PcapPort port = new PcapPort(context.portId(), arguments.number(INFINITE_RX, 0, 0, 1) == 1);
    try {
      if (arguments.get(IFACE) != null) {
        QueuePair pair = openToReceive(arguments.get(IFACE), true);
        port.rxInterfaces.add(pair);
        port.txInterfaces.add(pair);
        if (phyMac) {
          port.takeMacOf(pair);
        }
        return port;
      }
      openSources(arguments, port);
      openSinks(arguments, port);
      return port;
    } catch (RuntimeException e) {
      port.close();
      throw e;
    }
  }

  private static void check(DeviceArguments arguments) {
    List<Map.Entry<String, String>> rx = arguments.inOrder(SOURCES);
    List<Map.Entry<String, String>> tx = arguments.inOrder(SINKS);
    if (arguments.get(IFACE) != null) {
      if (!rx.isEmpty() || !tx.isEmpty()) {
        throw arguments.invalid("iface= is both directions; leave the other ones out");
      }
      return;
    }
    if (arguments.get(PHY_MAC) != null) {
      throw arguments.invalid("phy_mac= goes with iface= only");
    }
    if (rx.isEmpty() && tx.isEmpty()) {
      throw arguments.invalid(
          "give rx_pcap=FILE or rx_iface=NAME, tx_pcap=FILE or tx_iface=NAME, or iface=NAME");
    }
    checkKind(arguments, rx, RX_PCAP);
    checkKind(arguments, tx, TX_PCAP);
    checkFiles(arguments);
  }

  private static void checkKind(
      DeviceArguments arguments, List<Map.Entry<String, String>> queues, String file) {
    long files = queues.stream().filter(queue -> queue.getKey().equals(file)).count();
    if (files != 0 && files != queues.size()) {
      throw arguments.invalid("files and interfaces in one direction; give one kind");
    }
    if (queues.size() > MAX_QUEUES) {
      throw arguments.invalid(queues.size() + " queues of one direction, most are " + MAX_QUEUES);
    }
  }

  /** To be written, a file is emptied first: it must be no other queue's. */
  private static void checkFiles(DeviceArguments arguments) {
    List<Path> others = new ArrayList<>();
    arguments.all(RX_PCAP).forEach(path -> others.add(Path.of(path)));
    for (String path : arguments.all(TX_PCAP)) {
      for (Path other : others) {
        if (isSame(other, Path.of(path))) {
          throw arguments.invalid("'" + path + "' is given to two queues; take a file for each");
        }
      }
      others.add(Path.of(path));
    }
  }

  private static boolean isSame(Path one, Path other) {
    try {
      return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize())
          || Files.isRegularFile(one) && Files.isRegularFile(other) && Files.isSameFile(one, other);
    } catch (IOException e) {
      // Opening it says what is wrong.
      return false;
    }
  }

  private static void openSources(DeviceArguments arguments, PcapPort port) {
    boolean infinite = arguments.number(INFINITE_RX, 0, 0, 1) == 1;
    for (Map.Entry<String, String> source : arguments.inOrder(SOURCES)) {
      String name = source.getValue();
      if (source.getKey().equals(RX_PCAP)) {
        CaptureReader reader = CaptureReader.open(name);
        port.readers.add(reader);
        if (infinite && !reader.next()) {
          throw arguments.invalid("infinite_rx=1, but '" + name + "' has no whole packet");
        }
        if (infinite) {
          reader.rewind();
        }
      } else {
        port.rxInterfaces.add(openToReceive(name, source.getKey().equals(RX_IFACE)));
      }
    }
  }

  private static void openSinks(DeviceArguments arguments, PcapPort port) {
    for (Map.Entry<String, String> sink : arguments.inOrder(SINKS)) {
      if (sink.getKey().equals(TX_PCAP)) {
        port.writers.add(CaptureWriter.create(sink.getValue()));
      } else {
        port.txInterfaces.add(open(sink.getValue(), false));
      }
    }
  }

  private static QueuePair openToReceive(String interfaceName, boolean outgoing) {
    QueuePair pair = open(interfaceName, outgoing);
    pair.setPromiscuous();
    return pair;
  }

  private static QueuePair open(String interfaceName, boolean outgoing) {
    return QueuePair.open(
        interfaceName, new SocketOptions(FRAME_SIZE, FRAME_SIZE, FRAME_COUNT, false, outgoing));
  }
}
