package io.sluice.memseg;

import io.sluice.config.Locks;
import io.sluice.config.MpChannel;
import io.sluice.config.MpMessage;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Growth in a secondary, which asks the primary for it, and follows when the primary says that
 * pages came or went ({@code request_to_primary}, {@code handle_sync} of 22.11's malloc_mp.c).
 */
final class SecondaryGrowth implements PageGrowth {
  private static final long TIMEOUT_MILLIS = 5_000;
  private static final long POLL_MILLIS = 50;

  private final MemsegLists lists;
  private final MpChannel channel;
  private final Locks locks;
  private final Map<Long, CompletableFuture<Boolean>> pending = new HashMap<>();
  private boolean closed;

  SecondaryGrowth(MemsegLists lists, MpChannel channel, Locks locks) {
    this.lists = lists;
    this.locks = locks;
    this.channel = channel;
    channel.register(MallocMessage.SYNC_ACTION, this::sync);
    channel.register(MallocMessage.ROLLBACK_ACTION, this::sync);
    channel.register(MallocMessage.RESPONSE, this::response);
  }

  /** After {@link #close} nothing is mapped, and the primary soon sees that the socket is gone. */
  private synchronized void sync(MpMessage message, String peer) {
    MallocMessage request = MallocMessage.in(message);
    if (!closed && request != null && request.type() == MallocMessage.SYNC) {
      channel.reply(request.answer(lists.syncWithPrimary()).as(message.name()), peer);
    }
  }

  private void response(MpMessage message, String peer) {
    MallocMessage response = MallocMessage.in(message);
    synchronized (pending) {
      CompletableFuture<Boolean> waiting = response == null ? null : pending.remove(response.id());
      // The primary's answers go to all secondaries; most are not for this one.
      if (waiting != null) {
        waiting.complete(response.succeeded());
      }
    }
  }

  @Override
  public boolean grow(int index, long heap, long pageSize, int socket, MallocHeap.Request request) {
    return ask(index, MallocMessage.alloc(Locks.newRequest(), index, pageSize, socket, request));
  }

  @Override
  public void shrink(int index, long address, long length) {
    // Without an answer the pages stay mapped; the heap no longer has them.
    ask(index, MallocMessage.free(Locks.newRequest(), address, length));
  }

  /** The primary serves only what is noted, and this process goes on only when it does not. */
  private boolean ask(int index, MallocMessage message) {
    locks.noteRequest(Locks.ofHeap(index), message.id());
    try {
      return ask(message);
    } finally {
      locks.endRequest(Locks.ofHeap(index));
    }
  }

  private boolean ask(MallocMessage message) {
    int server = locks.server();
    if (server == 0) {
      return false;
    }
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    synchronized (pending) {
      pending.put(message.id(), answer);
    }
    try {
      return channel.sendMsg(message.as(MallocMessage.REQUEST)) && await(answer, server);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      return false;
    } finally {
      synchronized (pending) {
        pending.remove(message.id());
      }
    }
  }

  /** False when the time is up, and as soon as the primary asked is no more. */
  private boolean await(CompletableFuture<Boolean> answer, int server)
      throws InterruptedException, ExecutionException {
    for (long waited = 0; waited < TIMEOUT_MILLIS; waited += POLL_MILLIS) {
      try {
        return answer.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (locks.server() != server) {
          return false;
        }
      }
    }
    return false;
  }

  /** Waits for a change that is being followed; the mappings are about to go. */
  @Override
  public synchronized void close() {
    closed = true;
  }
}
