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

  private static final ToDoubleFunction<String> RECORD = point -> Double.POSITIVE_INFINITY;

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
    all.add(
        new Contest(
            "chain over a worker process",
            List.of("packet", "rx", "enqueue", "dequeue", "tx"),
            AS_C,
            Side.java("chain", "OFF"),
            Side.c("chain")));
    addCrowds(all);
    addStarts(all);
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
              Side.java("message-round-trip", "OFF"),
              Side.peer(library, "round-trip")));
    }
  }

  /** Bursts of 32 frames, of 64 bytes where nothing else is said, on one core. */
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
    for (String length : List.of("64", "512", "1500")) {
      all.add(
          new Contest(
              "forward io af_packet " + length + "B",
              List.of("32"),
              AS_C,
              Side.java("forward", "OFF", "io", Side.AF_PACKET, length),
              Side.testpmd("io", Side.AF_PACKET, length)));
    }
    all.add(
        new Contest(
            "forward lpm net_null", List.of("32"), AS_C, Side.java("lpm", "OFF"), Side.c("lpm")));
  }

  /** As many as share it, and more than there are CPUs; bulks of 32. */
  private static void addCrowds(List<Contest> all) {
    for (String mode : List.of("mp_mc", "rts", "hts")) {
      all.add(
          new Contest(
              "shared ring " + mode,
              List.of("1+1", "2+2", "4+4"),
              AS_C,
              Side.java("shared-ring", "OFF", mode),
              Side.c("shared-ring", mode)));
    }
    for (String cache : List.of("256", "0")) {
      all.add(
          new Contest(
              cache.equals("0") ? "shared pool without cache" : "shared pool",
              List.of("1", "2", "4"),
              AS_C,
              Side.java("shared-pool", "OFF", cache),
              Side.c("shared-pool", cache)));
    }
  }

  /** From exec until another process is ready; a JVM is no C program, so that there is no goal. */
  private static void addStarts(List<Contest> all) {
    List<String> sizes = List.of("64MB", "256MB", "1024MB", "4096MB");
    all.add(new Contest("start", sizes, RECORD, Side.java("start", "OFF"), Side.c("start")));
    all.add(
        new Contest(
            "attach", sizes, RECORD, Side.java("attach-memory", "OFF"), Side.c("attach-memory")));
    all.add(
        new Contest(
            "attach by memzones",
            List.of("10", "100", "1000", "2500"),
            RECORD,
            Side.java("attach-memzones", "OFF"),
            Side.c("attach-memzones")));
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
