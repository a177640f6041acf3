package io.sluice.memseg;

/**
 * How a process gets pages for a heap and gives them back. The caller holds the heap's lock and the
 * memory_hotplug_lock.
 */
interface PageGrowth extends AutoCloseable {
  /**
   * Adds pages of one size to a heap, enough for the request.
   *
   * @param index the heap's place in the config
   * @return whether the heap can now answer the request
   */
  boolean grow(int index, long heap, long pageSize, int socket, MallocHeap.Request request);

  /** Gives back pages that are in the heap no more; again if need be, as long as they are not. */
  void shrink(int index, long address, long length);

  /** Has all others follow what came and went while nobody told them. */
  default void tellAll() {}

  /** Ends work for others; the mappings stay. */
  @Override
  default void close() {}
}
