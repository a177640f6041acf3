package io.sluice.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class L3fwdTest {
  private static final int NETWORK = 198 << 24 | 18 << 16;
  private static final int ELSEWHERE = 203 << 24;

  @TempDir Path directory;

  /** Runs l3fwd over two pcap ports until {@code received} packets are through. */
  private List<byte[]> macs(List<byte[]> zero, String options, int sent, int dropped)
      throws IOException {
    PcapFiles.write(directory.resolve("in0.pcap"), zero);
    PcapFiles.write(directory.resolve("in1.pcap"), List.of());
    String vdevs =
        "--vdev=net_pcap0,rx_pcap=%1$s/in0.pcap,tx_pcap=%1$s/out0.pcap".formatted(directory)
            + " --vdev=net_pcap1,rx_pcap=%1$s/in1.pcap,tx_pcap=%1$s/out1.pcap".formatted(directory);
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess l3fwd =
          processes.primary("l3fwd", "-l 0 " + vdevs, "-p 3 --config=(0,0,0),(1,0,0) " + options);
      List<byte[]> macs = new ArrayList<>();
      for (int port = 0; port < 2; port++) {
        String mac =
            l3fwd
                .awaitLine("Port " + port + ", MAC address: ([0-9A-F:]{17})", SampleProcesses.LIMIT)
                .group(1);
        macs.add(HexFormat.ofDelimiter(":").parseHex(mac.toLowerCase(Locale.ROOT)));
      }
      l3fwd.awaitLine(
          "total +%d +%d +%d$".formatted(zero.size(), sent, dropped), SampleProcesses.LIMIT);
      SampleProcesses.interrupt(l3fwd);
      return macs;
    }
  }

  private static byte[] routed(byte[] frame, byte[] destination, byte[] source) {
    byte[] out = Frames.readdressed(frame, destination, source);
    out[22]--;
    return Frames.checksummed(out);
  }

  private List<String> out(int port) throws IOException {
    return PcapFiles.sorted(PcapFiles.read(directory.resolve("out" + port + ".pcap")));
  }

  @Test
  void shouldRouteByLongestPrefixAndDropWhatIsNotValidIpv4() throws IOException {
    List<byte[]> toOne = new ArrayList<>();
    List<byte[]> back = new ArrayList<>();
    List<byte[]> dropped = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      toOne.add(Frames.udp(ELSEWHERE, NETWORK | 1 << 8 | i, 1000 + i, 9, 64, i));
      back.add(Frames.udp(NETWORK, ELSEWHERE + i, 1000, 9, 2 + i, 2 * i));
    }
    dropped.add(Frames.udp(ELSEWHERE, NETWORK | 1 << 8, 1, 1, 1, 0));
    byte[] corrupt = Frames.udp(ELSEWHERE, NETWORK | 1 << 8, 1, 1, 64, 0);
    corrupt[30] ^= 1;
    dropped.add(corrupt);
    dropped.addAll(
        Frames.mixed(40, 5).stream().filter(frame -> frame[12] != 8 || frame[13] != 0).toList());

    List<byte[]> all = new ArrayList<>(toOne);
    all.addAll(1, back);
    all.addAll(50, dropped);
    List<byte[]> macs = macs(all, "-L -T 1", 200, dropped.size());

    byte[] neighbourOne = {2, 0, 0, 0, 0, 1};
    byte[] neighbourZero = {2, 0, 0, 0, 0, 0};
    assertEquals(
        PcapFiles.sorted(
            toOne.stream().map(each -> routed(each, neighbourOne, macs.get(1))).toList()),
        out(1));
    assertEquals(
        PcapFiles.sorted(
            back.stream().map(each -> routed(each, neighbourZero, macs.get(0))).toList()),
        out(0));
  }

  @Test
  void shouldRouteByExactMatchOfARuleFileToTheGivenNeighbour() throws IOException {
    Path rules =
        Files.writeString(directory.resolve("em.cfg"), "R10.0.0.1 10.0.0.2 53 5353 17 1\n");
    int a = 10 << 24 | 1;
    int b = 10 << 24 | 2;
    byte[] match = Frames.udp(b, a, 5353, 53, 64, 100);
    byte[] other = Frames.udp(b, a, 5354, 53, 64, 100);
    List<byte[]> macs =
        macs(
            List.of(match, other, match),
            "-T 1 --lookup=em --rule_ipv4=" + rules + " --eth-dest=1,02:AA:BB:CC:DD:EE",
            3,
            0);
    byte[] neighbour = HexFormat.of().parseHex("02aabbccddee");
    byte[] expected = routed(match, neighbour, macs.get(1));
    assertEquals(PcapFiles.sorted(List.of(expected, expected)), out(1));
    assertEquals(
        PcapFiles.sorted(List.of(routed(other, new byte[] {2, 0, 0, 0, 0, 0}, macs.get(0)))),
        out(0));
  }
}
