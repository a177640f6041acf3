package io.sluice.it.containers;

import io.sluice.cli.demo.Traffic;
import io.sluice.testing.Await;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.NetworkNamespaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The world outside of a container's network: what goes into its interface {@code port0} and what
 * comes out of {@code port1}, checked frame by frame by the demo's own program.
 */
final class Wire implements AutoCloseable {
  private static final int FRAMES = 64;
  private static final Pattern PROGRESS = Pattern.compile("progress sent=(\\d+) received=(\\d+)");

  private final NetworkNamespaces networks = new NetworkNamespaces();
  private final SluiceContainer network;
  private final JavaProcess traffic;

  /** Joins a running container's network; sends when told to. */
  Wire(SluiceContainer network, Path folder) {
    this.network = network;
    String outside = networks.add();
    String ports = networks.attach(network.pid());
    networks.addVeth(ports, "port0", outside, "gen0");
    networks.addVeth(ports, "port1", outside, "sink0");
    traffic =
        JavaProcess.start(
            NetworkNamespaces.prefix(outside),
            Traffic.class,
            List.of(),
            "wire",
            "gen0",
            "sink0",
            capture(folder).toString(),
            "" + Integer.MAX_VALUE,
            "repeated");
    traffic.awaitLine("traffic: ready", SluiceContainer.LIMIT);
  }

  /** A few frames of all lengths, of a type that no protocol takes. */
  private static Path capture(Path folder) {
    Random random = new Random(3);
    ByteBuffer file = ByteBuffer.allocate(1 << 17).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4);
    file.putLong(0).putInt(65535).putInt(1);
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = new byte[60 + random.nextInt(1400)];
      random.nextBytes(frame);
      frame[0] = 2;
      frame[12] = (byte) 0x88;
      frame[13] = (byte) 0xb5;
      file.putInt(i).putInt(0).putInt(frame.length).putInt(frame.length).put(frame);
    }
    byte[] bytes = new byte[file.position()];
    file.flip().get(bytes);
    try {
      return Files.write(folder.resolve("frames.pcap"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The container in whose network the ports are. */
  SluiceContainer network() {
    return network;
  }

  void go() {
    traffic.send("go");
  }

  /** Waits until so many more frames have come out. */
  void awaitMore(long frames) {
    long before = received();
    Await.until(
        frames + " more frames",
        SluiceContainer.LIMIT,
        () -> received() - before >= frames,
        () -> String.join("\n", traffic.stdout()));
  }

  private long received() {
    long last = 0;
    for (String line : traffic.stdout()) {
      Matcher progress = PROGRESS.matcher(line);
      last = progress.find() ? Long.parseLong(progress.group(2)) : last;
    }
    return last;
  }

  /** Sends no more, and says how many frames went in that have not come out as they were. */
  long end() {
    traffic.send("hold");
    int[] before = {-1};
    String[] last = {""};
    // What is under way comes out between two of the lines, which are a fifth of a second apart.
    Await.until(
        "the last frames",
        SluiceContainer.LIMIT,
        () -> {
          List<String> lines = traffic.stdout();
          if (lines.size() == before[0]) {
            return false;
          }
          before[0] = lines.size();
          String line = lines.get(lines.size() - 1);
          boolean still = line.equals(last[0]);
          last[0] = line;
          return still;
        },
        () -> String.join("\n", traffic.stdout()));
    traffic.send("end");
    Matcher result =
        traffic.awaitLine(
            "result sent=(\\d+) received=(\\d+) .*mismatched=(\\d+)", SluiceContainer.LIMIT);
    traffic.awaitExit(SluiceContainer.LIMIT);
    if (!result.group(3).equals("0")) {
      throw new AssertionError(String.join("\n", traffic.stdout()));
    }
    return Long.parseLong(result.group(1)) - Long.parseLong(result.group(2));
  }

  @Override
  public void close() {
    traffic.close();
    networks.close();
  }
}
