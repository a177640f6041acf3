package io.sluice.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class L2fwdTest {
  private static final int FRAMES = 500;

  @TempDir Path directory;

  private String twoPorts(List<byte[]> zero, List<byte[]> one) throws IOException {
    PcapFiles.write(directory.resolve("in0.pcap"), zero);
    PcapFiles.write(directory.resolve("in1.pcap"), one);
    return "--vdev=net_pcap0,rx_pcap=%1$s/in0.pcap,tx_pcap=%1$s/out0.pcap".formatted(directory)
        + " --vdev=net_pcap1,rx_pcap=%1$s/in1.pcap,tx_pcap=%1$s/out1.pcap".formatted(directory);
  }

  private static byte[] macOf(JavaProcess process, int port) {
    String mac =
        process
            .awaitLine("Port " + port + ", MAC address: ([0-9A-F:]{17})", SampleProcesses.LIMIT)
            .group(1);
    return HexFormat.ofDelimiter(":").parseHex(mac.toLowerCase(Locale.ROOT));
  }

  private static List<String> readdressed(List<byte[]> frames, int port, byte[] source) {
    byte[] destination = {2, 0, 0, 0, 0, (byte) port};
    return PcapFiles.sorted(
        frames.stream().map(each -> Frames.readdressed(each, destination, source)).toList());
  }

  @ParameterizedTest
  @CsvSource({"'-l 0,1', '-q 1'", "'-l 0', '-q 2'"})
  void shouldSendEachFrameByThePartnerWithNewAddressesAndNothingElseChanged(
      String lcores, String share) throws IOException {
    List<byte[]> zero = Frames.mixed(FRAMES, 1);
    List<byte[]> one = Frames.mixed(FRAMES / 2, 2);
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess l2fwd =
          processes.primary("l2fwd", lcores + " " + twoPorts(zero, one), "-p 3 -T 1 " + share);
      byte[] mac0 = macOf(l2fwd, 0);
      byte[] mac1 = macOf(l2fwd, 1);
      int all = FRAMES + FRAMES / 2;
      l2fwd.awaitLine("total +" + all + " +" + all + " +0$", SampleProcesses.LIMIT);
      SampleProcesses.interrupt(l2fwd);
      assertEquals(
          readdressed(zero, 1, mac1),
          PcapFiles.sorted(PcapFiles.read(directory.resolve("out1.pcap"))));
      assertEquals(
          readdressed(one, 0, mac0),
          PcapFiles.sorted(PcapFiles.read(directory.resolve("out0.pcap"))));
    }
  }

  @Test
  void shouldLeaveFramesAsTheyAreAndMapAPortToItselfWhenToldTo() throws IOException {
    List<byte[]> zero = Frames.mixed(FRAMES, 3);
    List<byte[]> one = Frames.mixed(FRAMES, 4);
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess l2fwd =
          processes.primary(
              "l2fwd",
              "-l 0 " + twoPorts(zero, one),
              "-p 0x3 -T 1 -q 2 --no-mac-updating --portmap=(0,0),(1,1)");
      l2fwd.awaitLine("total +1000 +1000 +0$", SampleProcesses.LIMIT);
      SampleProcesses.interrupt(l2fwd);
      assertEquals(
          PcapFiles.sorted(zero), PcapFiles.sorted(PcapFiles.read(directory.resolve("out0.pcap"))));
      assertEquals(
          PcapFiles.sorted(one), PcapFiles.sorted(PcapFiles.read(directory.resolve("out1.pcap"))));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'-p 4', 'names ports that are not there'",
    "'-p x', 'not a port mask'",
    "'', '-p'",
    "'-p 3 -q 16', '-q 16 is not 1 to 15'",
    "'-p 3', 'raise -q'",
    "'-p 3 -q 2 --portmap=0,1', 'is not a list of pairs'",
    "'-p 3 -q 2 --portmap=(0,1),(1,0)', 'a port in two pairs'",
    "'-p 1 --portmap=(0,1)', 'which -p does not enable'",
    "'-p 3 --bogus', '--bogus'",
  })
  void shouldEndInOneLineWhenAnOptionIsWrong(String options, String complaint) throws IOException {
    try (SampleProcesses processes = new SampleProcesses()) {
      JavaProcess l2fwd =
          processes.primary("l2fwd", "-l 0 --vdev=net_null0 --vdev=net_null1", options);
      assertEquals(1, l2fwd.awaitExit(SampleProcesses.LIMIT));
      String last = l2fwd.stdout().get(l2fwd.stdout().size() - 1);
      assertTrue(last.startsWith("l2fwd: ") && last.contains(complaint), last);
    }
  }
}
