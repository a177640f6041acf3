package io.sluice.cli.soak;

import io.sluice.cli.processes.Said;
import java.util.Map;

/**
 * The balance of a soak, from what the traffic and the primary said at their end. Frames that a
 * killed worker had in hand have gone with it, and their mbufs were taken back: the primary counts
 * them, and what is missing beyond them is lost.
 */
final class SoakReport {
  private final long in;
  private final long out;
  private final long mismatched;
  private final long undelivered;
  private final long leaked;

  /** Of a primary that has not reported, everything that is missing is lost. */
  SoakReport(Said traffic, Said primary) {
    Map<String, String> result = Said.words(traffic.last("result "));
    Map<String, String> pool = Said.words(primary.last("report pool "));
    in = Said.number(result, "sent");
    out = Said.number(result, "received");
    mismatched = Said.number(result, "mismatched");
    undelivered = Said.number(pool, "undelivered");
    leaked = pool.isEmpty() ? in : Said.number(pool, "leaked");
  }

  private long lost() {
    return in - (out - mismatched) - undelivered;
  }

  boolean isGood() {
    return in > 0 && lost() == 0 && leaked == 0 && mismatched == 0;
  }

  String line() {
    return "soak: in="
        + in
        + " out="
        + out
        + " undelivered="
        + undelivered
        + " lost="
        + lost()
        + " leaked="
        + leaked
        + " mismatched="
        + mismatched;
  }
}
