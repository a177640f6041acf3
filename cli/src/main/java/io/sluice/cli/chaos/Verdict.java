package io.sluice.cli.chaos;

/** What is wrong in the end, and how often; counted up as it is found. */
final class Verdict {
  private int kills;
  private long stuck;
  private long lost;
  private long leaked;
  private long corrupted;

  void addKill() {
    kills++;
  }

  int kills() {
    return kills;
  }

  void addStuck(long count) {
    stuck += count;
  }

  void addLost(long count) {
    lost += count;
  }

  void addLeaked(long count) {
    leaked += count;
  }

  void addCorrupted(long count) {
    corrupted += count;
  }

  /** Whether so many were killed and nothing is wrong. */
  boolean isGood(int wanted) {
    return kills == wanted && stuck == 0 && lost == 0 && leaked == 0 && corrupted == 0;
  }

  /** The last line. */
  String line(long worstStallMillis) {
    return "chaos: kills="
        + kills
        + " stuck="
        + stuck
        + " lost="
        + lost
        + " leaked="
        + leaked
        + " corrupted="
        + corrupted
        + " worst_stall_ms="
        + worstStallMillis;
  }
}
