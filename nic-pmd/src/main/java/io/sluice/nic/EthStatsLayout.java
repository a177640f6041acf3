package io.sluice.nic;

/**
 * The memzone {@code SLUICE_eth_stats}: counters of every queue of every port, a cache line each,
 * so that any process reads them. Only the queue's owner writes its line, and only the primary the
 * line's base: what the counters were when they were last reset, so that a reset loses nothing that
 * the owner counts at the same moment.
 *
 * <pre>
 *  port p at p * 4096: receive queue q at q * 64, send queue q at 1024 + q * 64, their bases 2048 on
 *  line: 0 packets u64  8 bytes u64  16 errors u64  24 missed u64  32 no mbuf u64
 * </pre>
 */
final class EthStatsLayout {
  static final int QUEUES = 16;
  static final int LINE = 64;
  static final int TX = QUEUES * LINE;
  static final int BASE = 2 * QUEUES * LINE;
  static final int PORT_SIZEOF = 2 * BASE;
  static final int PACKETS = 0;
  static final int BYTES = 8;
  static final int ERRORS = 16;
  static final int MISSED = 24;
  static final int NO_MBUF = 32;
  static final int COUNTERS_END = 40;

  private EthStatsLayout() {}
}
