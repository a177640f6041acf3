package io.sluice.bench.peers;

import java.nio.file.Path;
import org.agrona.IoUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** {@link OneToOneRingBuffer} over a mapped file, written in place. */
final class AgronaChannel implements Channel {
  private static final int TYPE = 1;

  /** A message takes 16 bytes: a header of 8 and what it says. */
  private static final int BYTES = Library.CAPACITY * 16 + RingBufferDescriptor.TRAILER_LENGTH;

  private final RingBuffer ring;
  private final MessageHandler handler = this::take;
  private long last;

  AgronaChannel(Path file, boolean first) {
    ring =
        new OneToOneRingBuffer(
            new UnsafeBuffer(
                first
                    ? IoUtil.mapNewFile(file.toFile(), BYTES)
                    : IoUtil.mapExistingFile(file.toFile(), file.toString())));
  }

  @Override
  public int send(int n) {
    AtomicBuffer buffer = ring.buffer();
    for (int i = 0; i < n; i++) {
      int index = ring.tryClaim(TYPE, Long.BYTES);
      if (index < 0) {
        return i;
      }
      buffer.putLong(index, i);
      ring.commit(index);
    }
    return n;
  }

  @Override
  public int receive(int n) {
    return ring.read(handler, n);
  }

  private void take(int type, org.agrona.MutableDirectBuffer buffer, int index, int length) {
    last = buffer.getLong(index);
  }

  @Override
  public String toString() {
    return "last " + last;
  }
}
