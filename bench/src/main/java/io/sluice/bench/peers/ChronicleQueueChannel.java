package io.sluice.bench.peers;

import java.nio.file.Path;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;

/** A queue's appender and tailer. It has no bound, so that the sender never waits. */
final class ChronicleQueueChannel implements Channel {
  private final ExcerptAppender appender;
  private final ExcerptTailer tailer;
  private long last;

  ChronicleQueueChannel(Path folder) {
    ChronicleQueue queue = SingleChronicleQueueBuilder.binary(folder).blockSize(64 << 20).build();
    appender = queue.createAppender();
    tailer = queue.createTailer();
  }

  @Override
  public int send(int n) {
    for (int i = 0; i < n; i++) {
      try (DocumentContext document = appender.writingDocument()) {
        document.wire().bytes().writeLong(i);
      }
    }
    return n;
  }

  @Override
  public int receive(int n) {
    for (int i = 0; i < n; i++) {
      try (DocumentContext document = tailer.readingDocument()) {
        if (!document.isPresent()) {
          return i;
        }
        last = document.wire().bytes().readLong();
      }
    }
    return n;
  }

  @Override
  public String toString() {
    return "last " + last;
  }
}
