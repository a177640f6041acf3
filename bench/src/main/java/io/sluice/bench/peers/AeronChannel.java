package io.sluice.bench.peers;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import java.nio.file.Path;
import org.agrona.concurrent.SleepingMillisIdleStrategy;

/** An exclusive publication and a subscription of {@code aeron:ipc}, claimed in place. */
final class AeronChannel implements Channel {
  /** Half a term is what may be under way; the driver moves that limit now and then only. */
  private static final String IPC = "aeron:ipc?term-length=64m";

  /** One of each process: it holds the connection to the driver, which the first one runs. */
  private static Aeron aeron;

  private final ExclusivePublication publication;
  private final Subscription subscription;
  private final BufferClaim claim = new BufferClaim();
  private final FragmentHandler handler =
      (buffer, offset, length, header) -> last = buffer.getLong(offset);
  private long last;

  AeronChannel(Path folder, String name, boolean first) {
    int stream = name.hashCode() & 0xffff;
    Aeron connected = connect(folder.resolve("aeron"), first);
    // The end that is not used takes no part: the other process has that one.
    publication = connected.addExclusivePublication(IPC, stream + (first ? 1 << 20 : 0));
    subscription = connected.addSubscription(IPC, stream + (first ? 0 : 1 << 20));
  }

  private static synchronized Aeron connect(Path folder, boolean first) {
    if (aeron == null) {
      if (first) {
        // On a machine of two CPUs the driver's thread must not spin; it passes no messages.
        MediaDriver.launch(
            new MediaDriver.Context()
                .aeronDirectoryName(folder.toString())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new SleepingMillisIdleStrategy(1)));
      }
      aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(folder.toString()));
    }
    return aeron;
  }

  @Override
  public int send(int n) {
    for (int i = 0; i < n; i++) {
      if (publication.tryClaim(Long.BYTES, claim) < 0) {
        return i;
      }
      claim.buffer().putLong(claim.offset(), i);
      claim.commit();
    }
    return n;
  }

  @Override
  public int receive(int n) {
    return subscription.poll(handler, n);
  }

  @Override
  public String toString() {
    return "last " + last;
  }
}
