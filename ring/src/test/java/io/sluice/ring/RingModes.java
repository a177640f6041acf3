package io.sluice.ring;

import java.util.List;
import java.util.stream.Stream;

/** Every combination of producers' and consumers' flags. */
final class RingModes {
  private static final List<Integer> PRODUCERS =
      List.of(0, Ring.SP_ENQ, Ring.MP_RTS_ENQ, Ring.MP_HTS_ENQ);
  private static final List<Integer> CONSUMERS =
      List.of(0, Ring.SC_DEQ, Ring.MC_RTS_DEQ, Ring.MC_HTS_DEQ);

  private RingModes() {}

  static Stream<Integer> all() {
    return PRODUCERS.stream()
        .flatMap(prod -> CONSUMERS.stream().map(cons -> prod | cons))
        .flatMap(flags -> Stream.of(flags, flags | Ring.EXACT_SZ));
  }

  /** One of each sync type on both sides. */
  static Stream<Integer> symmetric() {
    return Stream.of(
        0,
        Ring.SP_ENQ | Ring.SC_DEQ,
        Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ,
        Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ);
  }

  /** Those that allow several threads on each side. */
  static Stream<Integer> multi() {
    return Stream.of(
        0,
        Ring.MP_RTS_ENQ | Ring.MC_RTS_DEQ,
        Ring.MP_HTS_ENQ | Ring.MC_HTS_DEQ,
        Ring.MP_RTS_ENQ | Ring.MC_HTS_DEQ,
        Ring.MP_HTS_ENQ);
  }
}
