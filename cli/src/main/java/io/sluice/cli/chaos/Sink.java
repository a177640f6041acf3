package io.sluice.cli.chaos;

import io.sluice.mempool.Mbuf;
import io.sluice.ring.Ring;

/** Takes all packets in the end, and looks whether each is whole and has not come before. */
final class Sink implements Actor {
  private final Ledger ledger;
  private final Ring[] rings;
  private final long[] packets = new long[Ledger.MAX_IN_HAND];
  private int ring;

  Sink(Stage stage) {
    ledger = stage.ledger();
    rings = stage.allOutputs();
  }

  @Override
  public int turn(boolean taking) {
    if (!taking) {
      return 0;
    }
    ring = (ring + 1) % rings.length;
    int taken = rings[ring].dequeueBurst(packets, 0, packets.length);
    for (int i = 0; i < taken; i++) {
      if (Payload.isWhole(packets[i])) {
        ledger.deliver(Payload.number(packets[i]));
      } else {
        ledger.corrupt("a packet in " + rings[ring].name() + ": " + Worker.describe(packets[i]));
      }
    }
    Mbuf.freeBulk(packets, 0, taken);
    return taken;
  }

  @Override
  public boolean isEmptyHanded() {
    return true;
  }

  @Override
  public int turnsToSeeAll() {
    return rings.length;
  }
}
