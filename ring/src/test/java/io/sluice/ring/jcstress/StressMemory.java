package io.sluice.ring.jcstress;

import io.sluice.config.EalOptions;
import io.sluice.memzone.SharedMemory;
import io.sluice.testing.UniquePrefix;

/** The shared memory of one JVM, which runs one test and closes it at its end. */
final class StressMemory {
  static final SharedMemory MEMORY = create();

  private StressMemory() {}

  private static SharedMemory create() {
    SharedMemory memory =
        SharedMemory.create(
            EalOptions.parse(
                "--file-prefix", UniquePrefix.next(), "-m", "16", "--no-pci", "--no-huge"));
    Runtime.getRuntime().addShutdownHook(new Thread(memory::close));
    return memory;
  }
}
