package io.sluice.primary;

/**
 * The memzone {@code SLUICE_forwarding}, by which {@code sluice primary}, its workers and its
 * monitors know of each other. Every counter is written by one process only, with release.
 *
 * <pre>
 *    0  workers (4)    ports (4)                      as configured, written once
 *   64  worker[0..15], 192 bytes each
 *         0  generation in the process table and state, one word (8): the generation in the low
 *            half, {@link WorkerState} in the high one
 *         8  generation of the last that had it (4)
 *        64  packets (8)  bytes (8)  cycles (8)  drops (8)   the worker writes
 *       128  in flight (8)  stranded (8)              the primary writes
 *       144  gap (4): how much the ring to the worker is ahead of the one from it when nothing is
 *            under way, since packets died with workers
 * 3136  port[0..15], 128 bytes each
 *         0  name (32)
 *        64  rx packets (8)  rx bytes (8)  tx packets (8)  tx bytes (8)  cycles (8)
 * 5184  primary: packets (8)  bytes (8)  cycles (8)  drops (8)
 * </pre>
 */
final class ForwardingLayout {
  static final int MAX_WORKERS = 16;
  static final int MAX_PORTS = 16;

  static final int WORKERS = 0;
  static final int PORTS = 4;

  static final int FIRST_WORKER = 64;
  static final int WORKER_SIZEOF = 192;
  static final int WORKER_GENERATION = 0;
  static final int WORKER_LAST = 8;
  static final int WORKER_COUNTERS = 64;
  static final int WORKER_IN_FLIGHT = 128;
  static final int WORKER_STRANDED = 136;
  static final int WORKER_GAP = 144;

  static final int FIRST_PORT = FIRST_WORKER + MAX_WORKERS * WORKER_SIZEOF;
  static final int PORT_SIZEOF = 128;
  static final int PORT_NAME = 0;
  static final int PORT_NAME_LENGTH = 32;
  static final int PORT_RX = 64;
  static final int PORT_TX = 80;
  static final int PORT_CYCLES = 96;

  static final int PRIMARY_COUNTERS = FIRST_PORT + MAX_PORTS * PORT_SIZEOF;

  /** Within counters of a process; ports' have the first two. */
  static final int PACKETS = 0;

  static final int BYTES = 8;
  static final int CYCLES = 16;
  static final int DROPS = 24;

  static final int SIZEOF = PRIMARY_COUNTERS + 64;

  private ForwardingLayout() {}
}
