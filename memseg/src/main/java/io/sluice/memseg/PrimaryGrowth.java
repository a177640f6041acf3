package io.sluice.memseg;

import java.util.function.BooleanSupplier;

/**
 * Growth in the primary, which maps the pages itself and has every secondary follow before anybody
 * can be given an address in them ({@code try_expand_heap_primary}, {@code alloc_pages_on_heap} and
 * {@code rollback_expand_heap} of 22.11).
 */
final class PrimaryGrowth implements PageGrowth {
  private final MemsegLists lists;
  private final BooleanSupplier sync;
  private final BooleanSupplier syncRollback;

  /**
   * Makes it.
   *
   * @param sync has all secondaries map what changed; false if one could not
   * @param syncRollback the same after a change was taken back
   */
  PrimaryGrowth(MemsegLists lists, BooleanSupplier sync, BooleanSupplier syncRollback) {
    this.lists = lists;
    this.sync = sync;
    this.syncRollback = syncRollback;
  }

  @Override
  public boolean grow(int index, long heap, long pageSize, int socket, MallocHeap.Request request) {
    long bytes =
        MallocElem.ceil(
            MallocElem.ceil(request.size(), request.align()) + MallocElem.OVERHEAD, pageSize);
    if (bytes <= 0 || bytes / pageSize > HugepageFiles.IDS_PER_LIST) {
      return false;
    }
    MemsegLists.Pages pages = lists.alloc((int) (bytes / pageSize), pageSize, socket, true);
    if (pages == null) {
      return false;
    }
    long msl = lists.virt2memsegList(pages.address());
    if (request.contiguous() && !lists.isContiguous(msl, pages.address(), bytes)) {
      lists.free(pages.address(), bytes);
      return false;
    }
    long elem = MallocHeap.addMemory(heap, msl, pages.address(), bytes, false);
    if (MallocHeap.findSuitable(lists, heap, request) == 0) {
      takeBack(elem, pages);
      return false;
    }
    if (!sync.getAsBoolean()) {
      takeBack(elem, pages);
      syncRollback.getAsBoolean();
      return false;
    }
    MallocHeap.addTotalSize(heap, bytes);
    return true;
  }

  private void takeBack(long elem, MemsegLists.Pages pages) {
    MallocElem.freeListRemove(elem);
    MallocElem.hideRegion(elem, pages.address(), pages.length());
    lists.free(pages.address(), pages.length());
  }

  @Override
  public void shrink(long address, long length) {
    lists.free(address, length);
    // A secondary that keeps a page mapped does no harm: the heap no longer has it.
    sync.getAsBoolean();
  }
}
