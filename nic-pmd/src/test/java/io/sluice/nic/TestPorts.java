package io.sluice.nic;

import io.sluice.config.EalOptions;
import io.sluice.mempool.Mempool;
import io.sluice.memzone.SharedMemory;

/** Memory and ports ready to send and receive, for tests. */
final class TestPorts {
  private TestPorts() {}

  static SharedMemory primary(String prefix) {
    return SharedMemory.create(
        EalOptions.parse("--file-prefix", prefix, "-m", "32", "--no-pci", "--no-huge"));
  }

  /** Probes a device and starts it with so many queue pairs. */
  static EthDev start(EthDevs ports, String text, int pairs, Mempool pool) {
    EthDev port = ports.probe(text);
    port.configure(pairs, pairs, EthConf.DEFAULT);
    for (int queue = 0; queue < pairs; queue++) {
      port.rxQueueSetup(queue, 512, -1, RxConf.DEFAULT, pool);
      port.txQueueSetup(queue, 512, -1, TxConf.DEFAULT);
    }
    port.start();
    return port;
  }
}
