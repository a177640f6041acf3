package io.sluice.samples.simplemp;

import io.sluice.cli.Sample;
import io.sluice.mempool.Mempool;
import io.sluice.platform.Lcore;
import io.sluice.platform.Memory;
import io.sluice.ring.Ring;
import io.sluice.samples.CommandPrompt;
import io.sluice.samples.Eal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code simple_mp}: primary and secondary each have a prompt; {@code send TEXT} puts the text in
 * an object of a shared pool and the object's address on a shared ring, and every worker lcore of
 * the other process prints what it takes off there.
 *
 * <p>The names in shared memory are those of DPDK's sample.
 */
public final class SimpleMp implements Sample {
  private static final String POOL = "MSG_POOL";
  private static final String SECONDARY_TO_PRIMARY = "SEC_2_PRI";
  private static final String PRIMARY_TO_SECONDARY = "PRI_2_SEC";
  private static final int RING_SIZE = 64;
  private static final int POOL_SIZE = 1024;
  private static final int POOL_CACHE = 32;

  /** An object's size: the longest argument that DPDK's prompt takes, with its NUL. */
  private static final int TEXT_SIZE = 128;

  private Ring send;
  private Ring receive;
  private Mempool pool;
  private volatile boolean quit;

  @Override
  public String name() {
    return "simple_mp";
  }

  @Override
  public String summary() {
    return "two processes send each other strings over shared rings, from a prompt";
  }

  @Override
  public String usage() {
    return "simple_mp [EAL options]";
  }

  @Override
  public int run(String[] args) {
    try (Eal eal = Eal.init(args)) {
      open(eal);
      System.err.println("APP: Finished Process Init.");
      for (int lcore : eal.lcores().workerLcores()) {
        eal.lcores().remoteLaunch(lcore, this::printReceived);
      }
      eal.lcores().runOnMain(this::prompt);
      eal.lcores().mpWaitLcore();
      return 0;
    }
  }

  private void open(Eal eal) {
    if (eal.isPrimary()) {
      send = Ring.create(eal.memory(), PRIMARY_TO_SECONDARY, RING_SIZE, eal.socket(), 0);
      receive = Ring.create(eal.memory(), SECONDARY_TO_PRIMARY, RING_SIZE, eal.socket(), 0);
      pool =
          Mempool.create(
              eal.memory(), POOL, POOL_SIZE, TEXT_SIZE, POOL_CACHE, 0, null, eal.socket(), 0);
    } else {
      receive =
          Eal.found(Ring.lookup(eal.memory(), PRIMARY_TO_SECONDARY), "ring", PRIMARY_TO_SECONDARY);
      send =
          Eal.found(Ring.lookup(eal.memory(), SECONDARY_TO_PRIMARY), "ring", SECONDARY_TO_PRIMARY);
      pool = Eal.found(Mempool.lookup(eal.memory(), POOL), "mempool", POOL);
    }
  }

  private int printReceived() {
    System.out.println("Starting core " + Lcore.id());
    while (!quit) {
      long text = receive.dequeue();
      if (text == 0) {
        LockSupport.parkNanos(5_000);
        continue;
      }
      System.out.println(
          "core " + Lcore.id() + ": Received '" + Memory.getString(text, TEXT_SIZE) + "'");
      pool.put(text);
    }
    return 0;
  }

  private int prompt() {
    CommandPrompt prompt = new CommandPrompt("\nsimple_mp > ");
    prompt
        .command("send", "TEXT", "send a string to another process", this::send)
        .command(
            "quit",
            "close the application",
            () -> {
              quit = true;
              prompt.quit();
            })
        .command("help", "show help", SimpleMp::help);
    try {
      prompt.interact();
    } finally {
      // Also when the terminal is gone.
      quit = true;
    }
    return 0;
  }

  private void send(String text) {
    long object = pool.get();
    if (object == 0) {
      System.out.println("Failed to get message buffer");
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, TEXT_SIZE - 1);
    Memory.copyFromBytes(Arrays.copyOf(bytes, length + 1), 0, object, length);
    Memory.putByte(object + length, (byte) 0);
    if (!send.enqueue(object)) {
      System.out.println("Failed to send message - message discarded");
      pool.put(object);
    }
  }

  private static void help() {
    System.out.print(
        """
        Simple demo example of multi-process in RTE

        This is a readline-like interface that can be used to
        send commands to the simple app. Commands supported are:

        - send [string]
        - help
        - quit

        """);
  }
}
