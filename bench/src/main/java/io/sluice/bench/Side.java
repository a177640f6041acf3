package io.sluice.bench;

import java.util.List;

/**
 * One of the two that do a contest's work.
 *
 * @param kind which program does it
 * @param work its arguments
 */
record Side(Kind kind, List<String> work) {
  /** What is measured, or measured against. */
  enum Kind {
    /** Sluice, in a JVM as the one that runs this. */
    JAVA("Java"),
    /** DPDK's own library, used by a program of ours. */
    C("C"),
    /** DPDK's own forwarder. */
    TESTPMD("testpmd");

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

  static Side testpmd(String... work) {
    return new Side(Kind.TESTPMD, List.of(work));
  }

  static Side c(String... work) {
    return new Side(Kind.C, List.of(work));
  }
}
