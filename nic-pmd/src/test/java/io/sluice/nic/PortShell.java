package io.sluice.nic;

import io.sluice.mempool.Mbuf;
import io.sluice.mempool.MbufData;
import io.sluice.mempool.MbufFlags;
import io.sluice.mempool.Mempool;
import io.sluice.mempool.PktmbufPool;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A process of a test's with one port, which does what lines of its input say and answers each with
 * one line: prefix, device, data room of its mbufs.
 *
 * <pre>
 *  setup RX TX                      configures the port and sets so many queues up
 *  start, stop, detach, mtu N, link, mac
 *  send COUNT LENGTH [TAG|OFFLOAD]  sends frames, whose VLAN tag is in them or beside them
 *  send COUNT LENGTH FRAGMENT       three of them in a row are one datagram
 *  receive COUNT                    receives so many, on all queues in turn
 *  poll                             one burst of every queue
 *  stats                            received, sent, missed, receive errors, send errors; mbufs in use
 * </pre>
 */
public final class PortShell {
  private static final int MBUFS = 2047;
  private static final int HEADERS = 46;
  private static final int TAG = 4;
  private static final int FRAGMENT_OFFSET = 20;
  private static final int MORE_FRAGMENTS = 0x2000;

  private final EthDevs ports;
  private final EthDev port;
  private final Mempool pool;
  private final int dataRoom;
  private final long[] burst = new long[32];
  private int rxQueues;
  private int nextNumber;
  private int wrong;

  private PortShell(EthDevs ports, EthDev port, Mempool pool, int dataRoom) {
    this.ports = ports;
    this.port = port;
    this.pool = pool;
    this.dataRoom = dataRoom;
  }

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    try (SharedMemory memory = TestPorts.primary(arguments[0]);
        EthDevs ports = EthDevs.of(memory)) {
      int dataRoom = Integer.parseInt(arguments[2]);
      Mempool pool = PktmbufPool.create(memory, "mbufs", MBUFS, 0, 0, dataRoom, -1);
      PortShell shell = new PortShell(ports, ports.probe(arguments[1]), pool, dataRoom);
      System.out.println("probed");
      BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println(shell.run(line.split(" ")));
      }
    } catch (SluiceException e) {
      System.out.println("refused " + e.getMessage());
    }
  }

  private String run(String[] words) {
    try {
      switch (words[0]) {
        case "setup" -> setUp(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        case "start" -> port.start();
        case "stop" -> port.stop();
        case "detach" -> ports.detach(port.name());
        case "mtu" -> port.setMtu(Integer.parseInt(words[1]));
        case "link" -> {
          return "link " + port.link().up();
        }
        case "mac" -> {
          return "mac " + HexFormat.of().formatHex(port.macAddr());
        }
        case "send" -> {
          String tag = words.length == 3 ? "" : words[3];
          return "sent " + send(Integer.parseInt(words[1]), Integer.parseInt(words[2]), tag);
        }
        case "receive" -> {
          return receive(Integer.parseInt(words[1]));
        }
        case "poll" -> {
          return "polled " + poll(rxQueues * burst.length);
        }
        default -> {
          return stats();
        }
      }
      return words[0] + " done";
    } catch (SluiceException e) {
      return "refused " + e.getMessage();
    }
  }

  private void setUp(int rx, int tx) {
    port.configure(rx, tx, EthConf.DEFAULT);
    for (int queue = 0; queue < rx; queue++) {
      port.rxQueueSetup(queue, 512, -1, RxConf.DEFAULT, pool);
    }
    for (int queue = 0; queue < tx; queue++) {
      port.txQueueSetup(queue, 512, -1, TxConf.DEFAULT);
    }
    rxQueues = rx;
  }

  private String stats() {
    EthStats stats = port.stats();
    return "stats rx=%d tx=%d missed=%d rxerr=%d txerr=%d mbufs=%d"
        .formatted(
            stats.ipackets(),
            stats.opackets(),
            stats.imissed(),
            stats.ierrors(),
            stats.oerrors(),
            pool.inUseCount());
  }

  /** UDP over IPv4, each frame another flow, with its number behind the headers. */
  private static byte[] frame(int number, int length, boolean tagged) {
    byte[] frame = new byte[Math.max(length, HEADERS + TAG)];
    int untagged = length - (tagged ? TAG : 0);
    for (int i = 1; i <= frame.length; i++) {
      frame[frame.length - i] = (byte) (number + i);
    }
    ByteBuffer fields = ByteBuffer.wrap(frame);
    fields.putInt(0x02000000).putInt(0x00010200).putInt(0x00000002);
    if (tagged) {
      fields.putInt(0x81000007);
    }
    fields.putShort((short) 0x0800);
    fields.putInt(0x45000000 | Math.max(0, untagged - 14)).putInt(0).putInt(0x40110000);
    fields.putInt(0x0a000000 | number).putInt(0x0a010000).putInt(0x10002000).putInt(0);
    fields.putInt(number);
    return Arrays.copyOf(frame, length);
  }

  /** Makes a frame one of a datagram's three fragments. */
  private static void fragment(byte[] frame, int datagram, int index) {
    int offset = index * (frame.length - 34 & ~7) / 8;
    ByteBuffer fields = ByteBuffer.wrap(frame);
    fields.putShort(18, (short) (datagram + 1));
    fields.putShort(FRAGMENT_OFFSET, (short) (offset | (index < 2 ? MORE_FRAGMENTS : 0)));
    fields.putInt(26, 0x0a000000 | datagram);
  }

  private static boolean isFragment(byte[] frame) {
    return frame.length > HEADERS
        && ByteBuffer.wrap(frame).getInt(12) == 0x08004500
        && ByteBuffer.wrap(frame).getShort(FRAGMENT_OFFSET) != 0;
  }

  private int send(int count, int length, String tag) {
    for (int done = 0; done < count; done++) {
      byte[] frame = frame(nextNumber, length, tag.equals("TAG"));
      if (tag.equals("FRAGMENT")) {
        fragment(frame, nextNumber / 3, nextNumber % 3);
      }
      burst[0] = packet(frame);
      if (tag.equals("OFFLOAD")) {
        Mbuf.setVlanTci(burst[0], 7);
        Mbuf.setOlFlags(burst[0], Mbuf.olFlags(burst[0]) | MbufFlags.TX_VLAN);
      }
      if (port.txBurst(0, burst, 0, 1) == 0) {
        Mbuf.free(burst[0]);
        return done;
      }
      nextNumber++;
    }
    return count;
  }

  private long packet(byte[] frame) {
    long head = Mbuf.alloc(pool);
    long last = head;
    for (int done = 0; done < frame.length; ) {
      if (done != 0) {
        last = Mbuf.alloc(pool);
      }
      int here = Math.min(frame.length - done, Mbuf.tailroom(last));
      Memory.copyFromBytes(frame, done, Mbuf.append(last, here), here);
      done += here;
      if (last != head) {
        Mbuf.chain(head, last);
      }
    }
    return head;
  }

  private String receive(int count) {
    int before = wrong;
    int received = 0;
    while (received < count) {
      received += poll(count - received);
    }
    return "received " + received + " wrong " + (wrong - before);
  }

  private int poll(int most) {
    int received = 0;
    for (int queue = 0; queue < rxQueues; queue++) {
      int n = port.rxBurst(queue, burst, 0, Math.min(burst.length, most - received));
      for (int i = 0; i < n; i++) {
        check(burst[i]);
      }
      Mbuf.freeBulk(burst, 0, n);
      received += n;
    }
    return received;
  }

  private void check(long m) {
    byte[] frame = new byte[Mbuf.pktLen(m)];
    boolean whole = MbufData.read(m, 0, frame, 0, frame.length);
    boolean tagged = frame.length > 13 && frame[12] == (byte) 0x81;
    int at = HEADERS - 4 + (tagged ? TAG : 0);
    boolean numbered = frame.length >= at + 4 && !isFragment(frame);
    int number = numbered ? ByteBuffer.wrap(frame).getInt(at) : 0;
    boolean segments = Mbuf.nbSegs(m) == Math.max(1, ceil(frame.length, dataRoom - Mbuf.HEADROOM));
    if (!whole
        || !segments
        || numbered && !Arrays.equals(frame, frame(number, frame.length, tagged))) {
      wrong++;
    }
  }

  private static int ceil(int bytes, int room) {
    return (bytes + room - 1) / room;
  }
}
