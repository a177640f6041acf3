package io.sluice.bench.peers;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;

/** {@link RingBuffer} of one producer, published to in batches, with a poller. */
final class DisruptorChannel implements Channel {
  private static final class Event {
    private long value;
  }

  private final RingBuffer<Event> ring =
      RingBuffer.createSingleProducer(Event::new, Library.CAPACITY, new BusySpinWaitStrategy());
  private final EventPoller<Event> poller = ring.newPoller();
  private final EventPoller.Handler<Event> handler = this::take;
  private int limit;
  private int taken;
  private long last;

  DisruptorChannel() {
    ring.addGatingSequences(poller.getSequence());
  }

  @Override
  public int send(int n) {
    if (!ring.hasAvailableCapacity(n)) {
      return 0;
    }
    long high = ring.next(n);
    for (long sequence = high - n + 1; sequence <= high; sequence++) {
      ring.get(sequence).value = sequence;
    }
    ring.publish(high - n + 1, high);
    return n;
  }

  @Override
  public int receive(int n) {
    limit = n;
    taken = 0;
    try {
      poller.poll(handler);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return taken;
  }

  /** Whether to go on. */
  private boolean take(Event event, long sequence, boolean endOfBatch) {
    last = event.value;
    return ++taken < limit;
  }

  @Override
  public String toString() {
    return "last " + last;
  }
}
