package io.sluice.mempool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.memzone.SharedMemory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of flags, and what a device may be asked for. */
class MbufOffloadTest {
  private static SharedMemory memory;
  private static Mempool pool;

  @BeforeAll
  static void createPool() {
    memory = TestMemory.primary();
    pool = PktmbufPool.create(memory, "mbufs", 7, 0, 0, 256, -1);
  }

  @AfterAll
  static void closeMemory() {
    memory.close();
  }

  @Test
  void shouldNameEachFlag() throws ReflectiveOperationException {
    for (java.lang.reflect.Field field : MbufFlags.class.getFields()) {
      String name = field.getName();
      long flag = field.getLong(null);
      if (name.endsWith("_MASK") || name.equals("TX_TUNNEL_ESP")) {
        continue;
      }
      if (name.startsWith("RX_")) {
        assertEquals("RTE_MBUF_F_" + name, MbufFlagNames.rx(flag));
      } else if (name.startsWith("TX_")) {
        assertEquals("RTE_MBUF_F_" + name, MbufFlagNames.tx(flag));
      }
    }
    assertNull(MbufFlagNames.rx(0));
    assertNull(MbufFlagNames.tx(0));
    assertNull(MbufFlagNames.rx(-16));
    assertNull(MbufFlagNames.tx(-16));
  }

  @Test
  void shouldListWhatReceiveFlagsSay() {
    String unknown =
        "RTE_MBUF_F_RX_L4_CKSUM_UNKNOWN RTE_MBUF_F_RX_IP_CKSUM_UNKNOWN "
            + "RTE_MBUF_F_RX_OUTER_L4_CKSUM_UNKNOWN ";
    assertEquals(unknown, MbufFlagNames.rxList(0));
    assertEquals(
        "RTE_MBUF_F_RX_VLAN RTE_MBUF_F_RX_L4_CKSUM_NONE RTE_MBUF_F_RX_IP_CKSUM_GOOD "
            + "RTE_MBUF_F_RX_OUTER_L4_CKSUM_BAD ",
        MbufFlagNames.rxList(
            MbufFlags.RX_VLAN
                | MbufFlags.RX_L4_CKSUM_NONE
                | MbufFlags.RX_IP_CKSUM_GOOD
                | MbufFlags.RX_OUTER_L4_CKSUM_BAD));
  }

  @Test
  void shouldListWhatSendFlagsSay() {
    assertEquals("RTE_MBUF_F_TX_L4_NO_CKSUM ", MbufFlagNames.txList(0));
    assertEquals(
        "RTE_MBUF_F_TX_VLAN RTE_MBUF_F_TX_UDP_CKSUM RTE_MBUF_F_TX_IPV4 RTE_MBUF_F_TX_TUNNEL_GRE ",
        MbufFlagNames.txList(
            MbufFlags.TX_VLAN
                | MbufFlags.TX_UDP_CKSUM
                | MbufFlags.TX_IPV4
                | MbufFlags.TX_TUNNEL_GRE));
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 0, 0, 0, 0", "127, 511, 255, 65535, 511, 127", "14, 20, 8, 1460, 40, 18"})
  void shouldKeepEachLengthInItsBits(int l2, int l3, int l4, int tso, int outerL3, int outerL2) {
    long word = MbufTxOffload.of(l2, l3, l4, tso, outerL3, outerL2);
    assertEquals(l2, MbufTxOffload.l2Len(word));
    assertEquals(l3, MbufTxOffload.l3Len(word));
    assertEquals(l4, MbufTxOffload.l4Len(word));
    assertEquals(tso, MbufTxOffload.tsoSegment(word));
    assertEquals(outerL3, MbufTxOffload.outerL3Len(word));
    assertEquals(outerL2, MbufTxOffload.outerL2Len(word));
    assertEquals(0, word >>> 56, "bits that are nobody's");
  }

  private static void assertCheck(String expected, int tso, long flags) {
    long m = Mbuf.alloc(pool);
    Mbuf.setOlFlags(m, flags);
    Mbuf.setTxOffload(m, MbufTxOffload.of(14, 20, 20, tso, 0, 0));
    assertEquals(expected, MbufTxOffload.check(m), MbufFlagNames.txList(flags));
    Mbuf.free(m);
  }

  @Test
  void shouldSayWhichOffloadsDoNotGoTogether() {
    long ipv4 = MbufFlags.TX_IPV4;
    long ipv6 = MbufFlags.TX_IPV6;
    long checksum = MbufFlags.TX_IP_CKSUM;
    long segment = MbufFlags.TX_TCP_SEG;
    assertCheck("IP checksum of an IPv6 packet", 0, checksum | ipv6);
    assertCheck("neither IPv4 nor IPv6", 0, MbufFlags.TX_L4_MASK);
    assertCheck("neither IPv4 nor IPv6", 0, MbufFlags.TX_L4_MASK | segment);
    assertCheck(null, 0, MbufFlags.TX_L4_MASK | ipv6);
    assertCheck("TSO without a segment size", 0, ipv4 | segment);
    assertCheck("TSO of IPv4 without its checksum", 512, ipv4 | segment);
    assertCheck(null, 512, ipv4 | segment | checksum);
    assertCheck(null, 512, ipv6 | segment);
    assertCheck("outer IP checksum without outer IPv4", 512, ipv6 | MbufFlags.TX_OUTER_IP_CKSUM);
    assertCheck(null, 512, MbufFlags.TX_OUTER_IP_CKSUM | MbufFlags.TX_OUTER_IPV4);
    assertCheck(null, 512, 0);
  }
}
