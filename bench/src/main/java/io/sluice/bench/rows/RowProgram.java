package io.sluice.bench.rows;

import io.sluice.cli.processes.ParentWatch;
import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.primary.Primary;
import io.sluice.ring.Protection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A row's program on the Java side: {@code [EAL options] -- WINDOW_MS OTHER_CPU ROW PROTECTION
 * [ARGUMENTS]}, as that of the C side, which has no protection. The work is done on the main lcore,
 * which is pinned.
 */
public final class RowProgram {
  private RowProgram() {}

  /** See the class. */
  public static void main(String[] args) {
    ParentWatch.start();
    EalOptions options = EalOptions.parse(args);
    List<String> rest = options.remaining();
    long windowNanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(rest.get(0)));
    int otherCpu = Integer.parseInt(rest.get(1));
    Protection protection = Protection.valueOf(rest.get(3));
    String argument = rest.size() > 4 ? rest.get(4) : "";
    try (Primary primary = Primary.start(options)) {
      Windows windows = new Windows(primary.lcores(), windowNanos);
      SharedMemory memory = primary.memory();
      Runnable row =
          switch (rest.get(2)) {
            case "ring" -> new RingOneThread(memory, argument, protection, windows);
            case "pair" ->
                new RingPair(memory, argument, protection, windows, otherCpu, bulks(rest));
            case "ping-pong" -> new PingPong(memory, protection, windows, otherCpu);
            case "message-round-trip" -> new MessageRoundTrip(memory, windows, otherCpu);
            case "pool" ->
                new PoolOneThread(memory, Integer.parseInt(argument), protection, windows);
            case "shared-ring" ->
                new SharedRing(
                    memory, argument, protection, new Crowd(memory, otherCpu, windowNanos));
            case "shared-pool" -> {
              PoolOneThread.create(memory, Integer.parseInt(argument), protection);
              yield new SharedPool(new Crowd(memory, otherCpu, windowNanos));
            }
            case "forward" ->
                new Forwarding(primary, rest.get(4), rest.get(5), protection, windows);
            case "lpm" -> new LpmForwarding(primary, protection, windows);
            case "chain" -> new Chain(primary, protection, windows, otherCpu);
            case "soak" ->
                new Soak(
                    primary,
                    protection,
                    windows,
                    otherCpu,
                    Integer.parseInt(argument),
                    rest.get(5));
            case "start" -> new StartTimes(memory)::startPrimaries;
            case "attach-memory" -> new StartTimes(memory)::attachByMemory;
            case "attach-memzones" -> new StartTimes(memory)::attachByMemzones;
            case "mbuf" -> new MbufOneThread(memory, protection, windows);
            default -> throw new IllegalArgumentException("row " + rest.get(2));
          };
      row.run();
    }
  }

  /** A single one, if it is given. */
  private static int[] bulks(List<String> rest) {
    return rest.size() > 5 ? new int[] {Integer.parseInt(rest.get(5))} : Windows.BULKS;
  }
}
