package io.sluice.bench.peers;

import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.SpscArrayQueue;

/** {@link SpscArrayQueue}, filled and drained; a message is a reference. */
final class JctoolsChannel implements Channel {
  private static final Object MESSAGE = new Object();

  private final SpscArrayQueue<Object> queue = new SpscArrayQueue<>(Library.CAPACITY);
  private final MessagePassingQueue.Supplier<Object> supplier = () -> MESSAGE;
  private final MessagePassingQueue.Consumer<Object> consumer = message -> last = message;
  private Object last;

  @Override
  public int send(int n) {
    return queue.fill(supplier, n);
  }

  @Override
  public int receive(int n) {
    return queue.drain(consumer, n);
  }

  @Override
  public String toString() {
    return "last " + last;
  }
}
