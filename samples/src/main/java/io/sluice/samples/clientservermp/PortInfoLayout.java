package io.sluice.samples.clientservermp;

/**
 * The zone {@code MProc_port_info} that server and clients share, as DPDK's sample lays it out.
 *
 * <pre>
 *    0 number of ports u16, ids u16[32]    written once by the server
 *  128 received u64[32], by index          written by the server
 *  384 16 x { sent u64[32], dropped u64[32] }, by port id, one block per client, its only writer
 * </pre>
 *
 * <p>A block starts a cache line, since different processes write them. Source: DPDK's
 * client_server_mp, {@code struct port_info}.
 */
final class PortInfoLayout {
  static final int MAX_PORTS = 32;
  static final int MAX_CLIENTS = 16;

  static final int NUM_PORTS = 0;
  static final int IDS = 2;
  static final int RX_STATS = 128;
  static final int TX_STATS = 384;

  /** Within a client's block. */
  static final int TX = 0;

  static final int TX_DROP = 256;
  static final int TX_STATS_SIZEOF = 512;

  static final int SIZEOF = 8576;

  private PortInfoLayout() {}
}
