package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;

/** An EAL option that cannot be: one line that says what was wrong and what is accepted. */
public final class EalOptionException extends SluiceException {
  private static final long serialVersionUID = 1L;

  /** Makes it. */
  public EalOptionException(String message) {
    super(Errno.EINVAL, message);
  }
}
