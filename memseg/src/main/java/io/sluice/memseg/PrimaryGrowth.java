package io.sluice.memseg;

import io.sluice.config.Locks;
import io.sluice.config.MemConfig;
import io.sluice.config.MpChannel;
import io.sluice.config.MpMessage;
import io.sluice.config.UndoLog;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Growth in the primary, which maps the pages itself and has every secondary follow before anybody
 * can be given an address in them ({@code try_expand_heap_primary}, {@code alloc_pages_on_heap},
 * {@code rollback_expand_heap} and malloc_mp.c of 22.11). It does the same for a secondary that
 * asks by message; that one holds the heap's and the hotplug lock meanwhile.
 *
 * <p>Such requests are worked off by a thread of their own: they wait for all secondaries' answers,
 * which the channel's thread has to receive.
 */
final class PrimaryGrowth implements PageGrowth {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final long config;
  private final MemsegLists lists;
  private final MpChannel channel;
  private final Locks locks;
  private final ThreadPoolExecutor requests =
      new ThreadPoolExecutor(
          0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), PrimaryGrowth::daemon);

  PrimaryGrowth(MemConfig config, MemsegLists lists, MpChannel channel, Locks locks) {
    this.config = config.address();
    this.locks = locks;
    this.lists = lists;
    this.channel = channel;
    channel.register(
        MallocMessage.REQUEST, (message, peer) -> requests.execute(() -> serve(message)));
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "sluice-malloc");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public boolean grow(int index, long heap, long pageSize, int socket, MallocHeap.Request request) {
    UndoLog log = locks.lock(Locks.GROWTH);
    try {
      return grow(log, heap, pageSize, socket, request);
    } finally {
      locks.unlock(Locks.GROWTH);
    }
  }

  /** The pages, and then the heap, once all have mapped them: they may have to undo this. */
  private boolean grow(
      UndoLog log, long heap, long pageSize, int socket, MallocHeap.Request request) {
    long bytes =
        MallocElem.ceil(
            MallocElem.ceil(request.size(), request.align()) + MallocElem.OVERHEAD, pageSize);
    if (bytes <= 0 || bytes / pageSize > HugepageFiles.IDS_PER_LIST) {
      return false;
    }
    MemsegLists.Pages pages = lists.alloc(log, (int) (bytes / pageSize), pageSize, socket, true);
    if (pages == null) {
      return false;
    }
    long msl = lists.virt2memsegList(pages.address());
    if (request.contiguous() && !lists.isContiguous(msl, pages.address(), bytes)) {
      lists.free(log, pages.address(), bytes);
      return false;
    }
    if (!syncAll(MallocMessage.SYNC_ACTION)) {
      takeBack(log, pages);
      return false;
    }
    MallocElem.Freed added = MallocHeap.addMemory(log, heap, msl, pages.address(), bytes);
    if (MallocHeap.findSuitable(lists, heap, request) == 0) {
      MallocElem.freeListRemove(log, added.elem());
      MallocElem.hideRegion(log, added.elem(), pages.address(), bytes);
      takeBack(log, pages);
      return false;
    }
    MallocHeap.addTotalSize(log, heap, bytes);
    log.commit();
    added.zero(false);
    return true;
  }

  private void takeBack(UndoLog log, MemsegLists.Pages pages) {
    lists.free(log, pages.address(), pages.length());
    syncAll(MallocMessage.ROLLBACK_ACTION);
  }

  @Override
  public void shrink(int index, long address, long length) {
    UndoLog log = locks.lock(Locks.GROWTH);
    try {
      shrink(log, address, length);
    } finally {
      locks.unlock(Locks.GROWTH);
    }
  }

  private void shrink(UndoLog log, long address, long length) {
    lists.free(log, address, length);
    // A secondary that keeps a page mapped does no harm: the heap no longer has it.
    syncAll(MallocMessage.SYNC_ACTION);
  }

  @Override
  public void tellAll() {
    syncAll(MallocMessage.SYNC_ACTION);
  }

  /** Has all secondaries map what changed; false if one could not or did not answer in time. */
  private synchronized boolean syncAll(String action) {
    MallocMessage sync = MallocMessage.sync(ThreadLocalRandom.current().nextLong());
    MpChannel.Replies replies = channel.requestSync(sync.as(action), TIMEOUT);
    boolean success = replies.isComplete();
    for (MpMessage reply : replies.messages()) {
      MallocMessage answer = MallocMessage.in(reply);
      success &= answer != null && answer.id() == sync.id() && answer.succeeded();
    }
    return success;
  }

  private void serve(MpMessage message) {
    MallocMessage request = MallocMessage.in(message);
    if (request != null) {
      // Of a requester that died, or waits no more, another may be using the heap by now.
      boolean success = locks.serve(request.id(), () -> serve(request));
      channel.sendMsg(request.answer(success).as(MallocMessage.RESPONSE));
    }
  }

  /** What comes by message is checked: it may come from anybody who can write to the socket. */
  private boolean serve(MallocMessage request) {
    switch (request.type()) {
      case MallocMessage.ALLOC -> {
        int index = request.heapIndex();
        boolean valid =
            index >= 0
                && index < Heaps.MAX_HEAPS
                && Long.bitCount(request.pageSize()) == 1
                && Long.bitCount(request.request().align()) == 1
                && request.request().size() > 0;
        return valid
            && grow(
                index,
                Heaps.address(config, index),
                request.pageSize(),
                request.socket(),
                request.request());
      }
      case MallocMessage.FREE -> {
        long end = request.address() + request.length();
        long msl = lists.virt2memsegList(request.address());
        if (msl == 0 || request.length() <= 0 || lists.virt2memsegList(end - 1) != msl) {
          return false;
        }
        shrink(0, request.address(), request.length());
        return true;
      }
      default -> {
        return false;
      }
    }
  }

  /** Waits for what is under way: it works on mappings that are about to go. */
  @Override
  public void close() {
    channel.unregister(MallocMessage.REQUEST);
    requests.shutdown();
    try {
      requests.awaitTermination(2 * TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
