package io.sluice.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test is skipped, with the reason, where fewer free hugepages are there, or no hugetlbfs of
 * that page size is mounted.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(MachineConditions.class)
public @interface RequiresHugepages {
  /** The page size in kB: 2048 or 1048576. */
  int kb() default 2048;

  /** How many must be free. */
  int count() default 64;
}
