package io.sluice.secondary;

import io.sluice.config.EalOptions;
import io.sluice.platform.IdleStrategy;
import io.sluice.platform.StoreFaults;
import io.sluice.primary.PortForwarding;
import io.sluice.primary.Primary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A primary that forwards from each of two rings to the other. It reads a line {@code N M}: it dies
 * ahead of the Nth store of its start, or ahead of the Mth after that; 0 for neither. Its argument
 * is the file prefix.
 */
final class ForwardingPrimary {
  static final int MBUFS = 1023;

  private ForwardingPrimary() {}

  public static void main(String[] arguments) throws IOException {
    EalOptions options =
        EalOptions.parse(
            ("--no-huge -m 16 --no-pci --vdev net_ring0 --vdev net_ring1 --file-prefix "
                    + arguments[0])
                .split(" "));
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("waits");
    String[] words = input.readLine().split(" ");
    arm(words[0]);
    Primary primary = Primary.start(options);
    // Rings that hold all packets there are: the worker never has to keep any in hand.
    PortForwarding forwarding = new PortForwarding(primary, 1, 512, MBUFS);
    System.out.println("ready " + (words[0].equals("0") ? 0 : StoreFaults.disarm()));
    primary
        .lcores()
        .runOnMain(
            () -> {
              arm(words[1]);
              forwarding.run(() -> false, IdleStrategy.yield());
              return 0;
            });
  }

  private static void arm(String nth) {
    if (!nth.equals("0")) {
      StoreFaults.arm(Long.parseLong(nth));
    }
  }
}
