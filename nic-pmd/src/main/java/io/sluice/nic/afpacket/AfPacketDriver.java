package io.sluice.nic.afpacket;

import io.sluice.mempool.Mempool;
import io.sluice.nic.DeviceArguments;
import io.sluice.nic.Driver;
import io.sluice.nic.EthLink;
import io.sluice.nic.PortContext;
import io.sluice.nic.PortDriver;
import io.sluice.nic.QueueStats;
import io.sluice.nic.RxQueue;
import io.sluice.nic.TxQueue;
import io.sluice.platform.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code net_af_packet}, with DPDK's arguments: {@code iface}; {@code qpairs}, queues that share
 * the interface's frames by fanout; {@code blocksz}, {@code framesz}, {@code framecnt} of the
 * rings; {@code qdisc_bypass}.
 */
public final class AfPacketDriver implements Driver {
  private static final int MAX_QUEUES = 16;
  private static final int BLOCK_SIZE = 4096;
  private static final int FRAME_SIZE = 2048;
  private static final int FRAME_COUNT = 512;
  private static final int PAGE = 4096;
  private static final long FLUSH_NANOS = 1_000_000_000;

  @Override
  public String name() {
    return "net_af_packet";
  }

  @Override
  public Set<String> arguments() {
    return Set.of("iface", "qpairs", "blocksz", "framesz", "framecnt", "qdisc_bypass");
  }

  @Override
  public PortDriver open(DeviceArguments arguments, PortContext context) {
    String iface = arguments.require("iface");
    int pairs = arguments.number("qpairs", 1, 1, MAX_QUEUES);
    int frameSize = arguments.number("framesz", FRAME_SIZE, 128, 1 << 16);
    int blockSize = arguments.number("blocksz", Math.max(BLOCK_SIZE, frameSize), PAGE, 1 << 24);
    int frameCount = arguments.number("framecnt", FRAME_COUNT, 2, 1 << 20);
    if (blockSize % PAGE != 0 || blockSize % frameSize != 0) {
      throw arguments.invalid(
          "blocksz=" + blockSize + " must be a multiple of 4096 and of framesz=" + frameSize);
    }
    if (frameCount % (blockSize / frameSize) != 0) {
      throw arguments.invalid(
          "framecnt="
              + frameCount
              + " must be a multiple of the "
              + blockSize / frameSize
              + " frames in a block");
    }
    return AfPacketPort.open(
        context.portId(),
        iface,
        pairs,
        new PacketSocket.RingSize(blockSize, frameSize, frameCount),
        arguments.number("qdisc_bypass", 0, 0, 1) == 1);
  }

  private static final class AfPacketPort implements PortDriver {
    private final int portId;
    private final Path sysfs;
    private final PacketSocket[] sockets;
    private final PacketTx[] senders;

    private AfPacketPort(int portId, String iface, int pairs) {
      this.portId = portId;
      this.sysfs = Path.of("/sys/class/net", iface);
      this.sockets = new PacketSocket[pairs];
      this.senders = new PacketTx[pairs];
    }

    static AfPacketPort open(
        int portId, String iface, int pairs, PacketSocket.RingSize size, boolean qdiscBypass) {
      AfPacketPort port = new AfPacketPort(portId, iface, pairs);
      int group = pairs == 1 ? -1 : (Libc.getpid() ^ portId << 11) & 0xffff;
      try {
        for (int i = 0; i < pairs; i++) {
          port.sockets[i] = PacketSocket.open(iface, size, qdiscBypass, group);
        }
        return port;
      } catch (RuntimeException e) {
        port.close();
        throw e;
      }
    }

    @Override
    public int maxRxQueues() {
      return sockets.length;
    }

    @Override
    public int maxTxQueues() {
      return sockets.length;
    }

    @Override
    public RxQueue rxQueue(int queue, int descriptors, Mempool pool, QueueStats stats) {
      PacketSocket socket = sockets[queue];
      PacketRx rx = new PacketRx(socket, pool, portId, stats);
      return new RxQueue() {
        @Override
        public int burst(long[] pkts, int offset, int n) {
          return rx.burst(pkts, offset, n);
        }

        @Override
        public void updateStats() {
          stats.setMissed(socket.missed());
        }
      };
    }

    @Override
    public TxQueue txQueue(int queue, int descriptors, QueueStats stats) {
      senders[queue] = new PacketTx(sockets[queue], stats);
      return senders[queue]::burst;
    }

    /** Waits until the kernel has sent what it was given, a second at the most. */
    @Override
    public void stop() {
      long deadline = System.nanoTime() + FLUSH_NANOS;
      for (PacketTx sender : senders) {
        while (sender != null && !sender.isIdle() && System.nanoTime() < deadline) {
          LockSupport.parkNanos(10_000);
        }
      }
    }

    @Override
    public void close() {
      for (PacketSocket socket : sockets) {
        if (socket != null) {
          socket.close();
        }
      }
    }

    @Override
    public byte[] macAddr() {
      String[] parts = read("address", "02:00:00:00:00:00").split(":");
      byte[] mac = new byte[6];
      for (int i = 0; i < mac.length && i < parts.length; i++) {
        mac[i] = (byte) Integer.parseInt(parts[i], 16);
      }
      return mac;
    }

    @Override
    public EthLink link() {
      return new EthLink(
          Math.max(0, Integer.parseInt(read("speed", "0"))),
          true,
          !read("operstate", "unknown").equals("down"));
    }

    @Override
    public int mtu() {
      return Math.min(9710, Integer.parseInt(read("mtu", "1500")));
    }

    /** An attribute of the interface; /sys may be that of another network namespace. */
    private String read(String attribute, String otherwise) {
      try {
        return Files.readString(sysfs.resolve(attribute)).trim();
      } catch (IOException e) {
        return otherwise;
      }
    }
  }
}
