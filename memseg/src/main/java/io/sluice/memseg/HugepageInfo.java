package io.sluice.memseg;

/**
 * Where pages of one size come from.
 *
 * @param pageSize bytes
 * @param directory where their files are made: a hugetlbfs mount or a directory in it, or a plain
 *     shared-memory file system when there are no hugepages
 * @param pages pages that were free at start, by socket
 */
public record HugepageInfo(long pageSize, String directory, int[] pages) {
  /** Pages free at start on all sockets together. */
  public long totalPages() {
    long total = 0;
    for (int count : pages) {
      total += count;
    }
    return total;
  }
}
