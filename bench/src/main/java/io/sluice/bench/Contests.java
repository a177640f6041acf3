package io.sluice.bench;

import io.sluice.bench.peers.Library;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** All that is measured, with the goals of each. */
final class Contests {
  private static final List<String> BULKS = List.of("1", "8", "32", "128", "256");
  private static final List<String> PERCENTILES = List.of("p50", "p99", "p99.9");
  private static final List<String> RING_MODES = List.of("sp_sc", "mp_mc", "rts", "hts");

  /** A call of one entry is a call; from a few on it is the entries that count. */
  private static final ToDoubleFunction<String> AS_C_FROM_8 = bulk -> bulk.equals("1") ? 1.3 : 1.0;

  private static final ToDoubleFunction<String> AS_C = point -> 1.0;
  private static final ToDoubleFunction<String> ROUND_TRIP =
      percentile -> percentile.equals("p50") ? 1.0 : 1.2;

  /** What protection may cost; bulks of 1 are there for the record. */
  private static final ToDoubleFunction<String> PROTECTED =
      bulk -> bulk.equals("1") ? Double.POSITIVE_INFINITY : 1.1;

  private Contests() {}

  /** Those of which at least one row's name has the pattern in it. */
  static List<Contest> matching(Pattern pattern) {
    return all().stream()
        .filter(
            contest ->
                contest.points().stream()
                    .anyMatch(point -> pattern.matcher(contest.row(point)).find()))
        .toList();
  }

  /** The names of all, for an error. */
  static String names() {
    return all().stream().map(Contest::name).collect(Collectors.joining(", "));
  }

  static List<Contest> all() {
    List<Contest> all = new ArrayList<>();
    for (String mode : RING_MODES) {
      all.add(
          new Contest(
              "ring " + mode,
              BULKS,
              AS_C_FROM_8,
              Side.java("ring", "OFF", mode),
              Side.c("ring", mode)));
    }
    for (String mode : List.of("sp_sc", "mp_mc")) {
      all.add(
          new Contest(
              "two processes " + mode,
              BULKS,
              AS_C,
              Side.java("pair", "OFF", mode),
              Side.c("pair", mode)));
    }
    all.add(
        new Contest(
            "ping-pong",
            PERCENTILES,
            ROUND_TRIP,
            Side.java("ping-pong", "OFF"),
            Side.c("ping-pong")));
    for (String cache : List.of("256", "0")) {
      all.add(
          new Contest(
              cache.equals("0") ? "pool without cache" : "pool",
              BULKS,
              AS_C,
              Side.java("pool", "OFF", cache),
              Side.c("pool", cache)));
    }
    all.add(new Contest("mbuf", BULKS, AS_C, Side.java("mbuf", "OFF"), Side.c("mbuf")));
    addForwarding(all);
    addPeers(all);
    addProtection(all);
    return all;
  }

  /** Twice as many messages a second as the best of them, and no longer for one there and back. */
  private static void addPeers(List<Contest> all) {
    for (Library library : Library.values()) {
      Side peer = Side.peer(library, "messages");
      all.add(
          new Contest(
              "messages vs " + peer.label(),
              List.of("32"),
              point -> 0.5,
              Side.java("pair", "CLAIMS", "sp_sc", "32"),
              peer));
      all.add(
          new Contest(
              "round trip vs " + peer.label(),
              List.of("p50"),
              point -> 1.0,
              Side.java("ping-pong", "CLAIMS"),
              Side.peer(library, "round-trip")));
    }
  }

  /** Bursts of 32 frames of 64 bytes, on one core. */
  private static void addForwarding(List<Contest> all) {
    for (String driver : List.of("net_null", "net_ring")) {
      for (String mode : List.of("io", "macswap")) {
        all.add(
            new Contest(
                "forward " + mode + " " + driver,
                List.of("32"),
                AS_C,
                Side.java("forward", "OFF", mode, driver),
                Side.testpmd(mode, driver)));
      }
    }
  }

  /** The same Java code with protection against deaths and without. */
  private static void addProtection(List<Contest> all) {
    for (String mode : RING_MODES) {
      all.add(
          new Contest(
              "protection: ring " + mode,
              BULKS,
              PROTECTED,
              Side.java("ring", "CLAIMS", mode),
              Side.java("ring", "OFF", mode)));
    }
    all.add(
        new Contest(
            "protection: pool",
            BULKS,
            PROTECTED,
            Side.java("pool", "ON", "256"),
            Side.java("pool", "OFF", "256")));
    all.add(
        new Contest(
            "protection: mbuf",
            BULKS,
            PROTECTED,
            Side.java("mbuf", "ON"),
            Side.java("mbuf", "OFF")));
  }
}
