package io.sluice.it.containers;

import io.sluice.config.EalOptions;
import io.sluice.nic.EthDev;
import io.sluice.nic.EthDevs;
import io.sluice.platform.SluiceException;
import io.sluice.primary.Primary;

/** A primary that sets its first port's MTU and says what came of it. Arguments: EAL options. */
public final class MtuProgram {
  static final int MTU = 1400;

  private MtuProgram() {}

  /** See the class. */
  public static void main(String[] arguments) {
    try (Primary primary = Primary.start(EalOptions.parse(arguments))) {
      EthDevs ports = primary.ports();
      EthDev port = ports.byName("net_af_packet0");
      port.setMtu(MTU);
      System.out.println("mtu=" + port.mtu());
    } catch (SluiceException e) {
      System.out.println("refused: " + e.getMessage());
    }
  }
}
