package io.sluice.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.config.EalOptions;
import io.sluice.memzone.MemZone;
import io.sluice.memzone.SharedMemory;
import io.sluice.platform.Memory;
import io.sluice.platform.StoreFaults;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A process that reads {@code NTH OPERATION FIRST} and dies ahead of the NTH store of sending,
 * receiving or making; the messages are {@link #COUNT}, numbered from FIRST on.
 */
final class MessageRingVictim {
  static final String RING = "messages";
  static final String MADE = "made";
  static final int COUNT = 3;
  static final int SIZE = 24;

  private MessageRingVictim() {}

  public static void main(String[] arguments) throws IOException {
    try (SharedMemory memory =
        SharedMemory.attach(
            EalOptions.parse(
                "--file-prefix", arguments[0], "--proc-type", "secondary", "--no-huge"))) {
      MessageRing ring = MessageRing.lookup(memory, RING);
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      System.out.println("ready");
      String[] words = input.readLine().split(" ");
      long first = Long.parseLong(words[2]);
      StoreFaults.arm(Long.parseLong(words[0]));
      switch (words[1]) {
        case "send" -> send(ring, first);
        case "receive" -> receive(ring, first);
        default -> MessageRing.create(memory, MADE, 4, SIZE, MemZone.SOCKET_ID_ANY);
      }
      System.out.println("done " + StoreFaults.disarm());
    }
  }

  private static void send(MessageRing ring, long first) {
    for (int i = 0; i < COUNT; i++) {
      write(ring.claim(), first + i);
      ring.publish();
    }
  }

  private static void receive(MessageRing ring, long first) {
    for (int i = 0; i < COUNT; i++) {
      assertEquals(first + i, read(ring.peek()));
      ring.release();
    }
  }

  /** In each word of it, so that one that is not whole is seen. */
  static void write(long message, long number) {
    for (int i = 0; i < SIZE; i += Long.BYTES) {
      Memory.putLong(message + i, number + i);
    }
  }

  static long read(long message) {
    long number = Memory.getLong(message);
    for (int i = 0; i < SIZE; i += Long.BYTES) {
      assertEquals(number + i, Memory.getLong(message + i));
    }
    return number;
  }
}
