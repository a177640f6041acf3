package io.sluice.cli.chaos;

import io.sluice.config.EalOptions;
import io.sluice.platform.IdleStrategy;
import io.sluice.platform.SluiceException;
import io.sluice.platform.StoreFaults;
import io.sluice.secondary.Secondary;

/**
 * A member of the run that is no primary: generator, worker or sink. Ends in order on SIGTERM, once
 * it finds nothing more to do. Its arguments: place, seed, the store of its attaching to die ahead
 * of or 0, then the EAL options.
 */
final class ChaosSecondary {
  private static final int EAL_OPTIONS = 3;

  private final Secondary secondary;
  private final Orders orders;
  private final Pulse pulse;
  private final Actor actor;
  private final IdleStrategy idle = IdleStrategy.named("adaptive");

  private ChaosSecondary(Secondary secondary, Orders orders, Place place, long seed) {
    this.secondary = secondary;
    this.orders = orders;
    Stage stage = Stage.lookup(secondary.memory());
    this.pulse = stage.pulse(place);
    this.actor =
        switch (place) {
          case GENERATOR -> new Generator(stage, seed);
          case SINK -> new Sink(stage);
          default -> new Worker(stage, place.worker(), seed);
        };
  }

  public static void main(String[] arguments) {
    Place place = Place.valueOf(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    long deathAtAttach = Long.parseLong(arguments[2]);
    String[] options = new String[arguments.length - EAL_OPTIONS];
    System.arraycopy(arguments, EAL_OPTIONS, options, 0, options.length);
    try {
      if (deathAtAttach > 0) {
        StoreFaults.arm(deathAtAttach);
      }
      Secondary secondary = Secondary.attach(EalOptions.parse(options));
      StoreFaults.disarm();
      // Nobody would take what it has in hand; the primary recovers it.
      Orphans.endOnceCommandIsGone(secondary.memory(), () -> Runtime.getRuntime().halt(1));
      run(secondary, place, seed);
    } catch (SluiceException e) {
      System.out.println("failed: " + e.getMessage());
      System.exit(1);
    }
    System.exit(0);
  }

  private static void run(Secondary secondary, Place place, long seed) {
    Orders orders = new Orders();
    try (secondary) {
      secondary.lcores().runOnMain(() -> new ChaosSecondary(secondary, orders, place, seed).work());
      if (orders.are(Death.LEAVE)) {
        orders.arm();
      }
    }
  }

  private int work() {
    System.out.println("ready");
    orders.start();
    boolean armed = false;
    int idleTurns = 0;
    while (!isDone(idleTurns)) {
      if (!armed && orders.are(Death.TURN)) {
        orders.arm();
        armed = true;
      }
      boolean taking = !orders.are(Death.LEAVE);
      long began = System.nanoTime();
      int packets = actor.turn(taking && !isLast());
      pulse.turn(packets, began, System.nanoTime());
      if (orders.are(Death.SET_UP)) {
        orders.arm();
        actor.setUp();
        orders.disarm();
      }
      idleTurns = packets > 0 ? 0 : idleTurns + 1;
      idle.idle(packets);
    }
    actor.finish();
    return 0;
  }

  /** A generator that is to end makes nothing more; the others take what there is. */
  private boolean isLast() {
    return actor.turnsToSeeAll() == 0 && secondary.isStopRequested();
  }

  private boolean isDone(int idleTurns) {
    boolean nothingMore =
        orders.are(Death.LEAVE) || secondary.isStopRequested() && idleTurns > actor.turnsToSeeAll();
    return nothingMore && actor.isEmptyHanded();
  }
}
