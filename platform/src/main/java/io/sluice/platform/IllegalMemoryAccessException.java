package io.sluice.platform;

/** An access through {@link Memory} outside everything mapped; thrown only with checks on. */
public final class IllegalMemoryAccessException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  IllegalMemoryAccessException(long address, long length) {
    super(String.format("access to %d bytes at 0x%x, which is not mapped here", length, address));
  }
}
