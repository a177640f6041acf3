package io.sluice.bench;

import io.sluice.bench.peers.Library;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One of the two that do a contest's work.
 *
 * @param kind which program does it
 * @param work its arguments
 */
record Side(Kind kind, List<String> work) {
  /** The driver over a {@link Wire}; behind it comes a frame's length. */
  static final String AF_PACKET = "net_af_packet";

  private static final Set<String> BETWEEN_CPUS = Set.of("pair", "ping-pong", "chain");

  /** What is measured, or measured against. */
  enum Kind {
    /** Sluice, in a JVM as the one that runs this. */
    JAVA("Java"),
    /** DPDK's own library, used by a program of ours. */
    C("C"),
    /** DPDK's own forwarder. */
    TESTPMD("testpmd"),
    /** Another library for messages, in a JVM. */
    PEER("peer");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    @Override
    public String toString() {
      return label;
    }
  }

  static Side java(String... work) {
    return new Side(Kind.JAVA, List.of(work));
  }

  /**
   * A library.
   *
   * @param what {@code messages} or {@code round-trip}
   */
  static Side peer(Library library, String what) {
    return new Side(Kind.PEER, List.of(library.name(), what));
  }

  /** What a reader is to know it by. */
  String label() {
    return kind == Kind.PEER
        ? work.get(0).toLowerCase(Locale.ROOT).replace('_', ' ')
        : kind.toString();
  }

  /** Whether more processes than CPUs work at the same. */
  boolean isOfCrowd() {
    return work.get(0).startsWith("shared");
  }

  /** Whether what it does crosses from one CPU to the other. */
  boolean isBetweenCpus() {
    return kind == Kind.PEER || isOfCrowd() || BETWEEN_CPUS.contains(work.get(0));
  }

  boolean isOverWire() {
    return work.contains(AF_PACKET);
  }

  /** Whether other processes are started and timed, for which there are sizes of memory. */
  boolean isOfStarts() {
    return work.get(0).equals("start") || work.get(0).startsWith("attach");
  }

  static Side testpmd(String... work) {
    return new Side(Kind.TESTPMD, List.of(work));
  }

  static Side c(String... work) {
    return new Side(Kind.C, List.of(work));
  }
}
