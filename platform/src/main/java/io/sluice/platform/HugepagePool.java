package io.sluice.platform;

import java.nio.file.Path;
import java.util.List;

/**
 * The kernel's pool of hugepages of one size.
 *
 * @param pageSize bytes
 * @param total pages, surplus ones included
 * @param free pages that nobody has touched; some may be reserved
 * @param surplus pages above the pool's size, which go when freed
 * @param mountPoints where a hugetlbfs of this page size is mounted
 */
public record HugepagePool(
    long pageSize, long total, long free, long surplus, List<Path> mountPoints) {}
