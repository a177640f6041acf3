package io.sluice.cli.demo;

import io.sluice.cli.processes.ParentWatch;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The demo's outside world, a process of its own: one thread sends frames into the first port, one
 * counts and compares what comes out of the second.
 *
 * <p>Arguments: {@code wire INTERFACE INTERFACE} or {@code pipes FILE FILE}, the capture, the
 * number of frames, and {@value #NUMBERED} or {@value #REPEATED}. It starts sending with the line
 * {@code go} on its input, prints {@code progress} lines, sends no more after the line {@code
 * hold}, and ends with the line {@code end}, upon which it prints {@code result}.
 */
public final class Traffic {
  /** Each frame is sent with a number of its own, for which the capture's frames have room. */
  static final String NUMBERED = "numbered";

  /** The capture's frames are sent as they are. */
  public static final String REPEATED = "repeated";

  /** Fewer than the queues between the two ends hold, so that none of them overflows. */
  private static final int WINDOW = 256;

  private static final int CAPACITY = 1 << 17;
  private static final long PROGRESS_NANOS = 200_000_000;
  private static final long IDLE_NANOS = 20_000;
  private static final long GIVE_UP_NANOS = 5_000_000_000L;
  private static final long LAST_FRAMES_MILLIS = 2_000;

  private final List<byte[]> capture;
  private final long total;
  private final boolean numbered;
  private final FrameCheck check;
  private volatile long sent;
  private volatile long received;

  /** Frames that the sender waits for no more; its own. */
  private long givenUp;

  private volatile boolean holding;
  private volatile boolean ending;
  private volatile String failure;

  private Traffic(List<byte[]> capture, long total, boolean numbered) {
    this.capture = capture;
    this.total = total;
    this.numbered = numbered;
    this.check = numbered ? new NumberedFrames(capture, total) : new RepeatedFrames(capture, total);
  }

  private interface Work {
    void run() throws IOException;
  }

  /** Runs until told to end. */
  public static void main(String[] args) throws IOException, InterruptedException {
    ParentWatch.start();
    Traffic traffic =
        new Traffic(
            CaptureFile.read(Path.of(args[3])), Long.parseLong(args[4]), args[5].equals(NUMBERED));
    boolean wire = args[0].equals("wire");
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Thread receiver =
        traffic.start(
            "receiver",
            () -> {
              if (wire) {
                traffic.receiveFromWire(args[2]);
              } else {
                traffic.receiveFromPipe(Path.of(args[2]));
              }
            });
    System.out.println("traffic: ready");
    traffic.requireLine(input, "go");
    traffic.start(
        "sender",
        () -> {
          if (wire) {
            traffic.sendToWire(args[1]);
          } else {
            traffic.sendToPipe(Path.of(args[1]));
          }
        });
    traffic.start("progress", traffic::report);
    traffic.awaitEnd(input);
    receiver.join(LAST_FRAMES_MILLIS);
    traffic.printResult();
    System.exit(0);
  }

  private void requireLine(BufferedReader input, String wanted) throws IOException {
    String line = input.readLine();
    if (!wanted.equals(line)) {
      // The demo has gone away.
      System.exit(1);
    }
  }

  /** Reads {@code end}, before which {@code hold} may come: what is under way may still arrive. */
  private void awaitEnd(BufferedReader input) throws IOException {
    String line = input.readLine();
    if ("hold".equals(line)) {
      holding = true;
      line = input.readLine();
    }
    if (!"end".equals(line)) {
      // The demo has gone away.
      System.exit(1);
    }
    ending = true;
    holding = true;
  }

  private Thread start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException | RuntimeException e) {
                failure = name + ": " + e.getMessage();
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** For the sender alone: the bytes of its number change in the capture's own frame. */
  private byte[] frame(long number) {
    byte[] frame = capture.get((int) (number % capture.size()));
    if (numbered) {
      NumberedFrames.stamp(frame, number);
    }
    return frame;
  }

  private void sendToWire(String interfaceName) {
    try (PacketSocket socket = new PacketSocket(interfaceName)) {
      for (long number = 0; number < total && !holding; number++) {
        awaitRoom(number);
        boolean accepted = false;
        while (!holding && !accepted) {
          accepted = socket.send(frame(number));
          if (!accepted) {
            LockSupport.parkNanos(IDLE_NANOS);
          }
        }
        if (accepted) {
          sent = number + 1;
        }
      }
    }
  }

  /**
   * Waits until fewer frames are under way. What has not come for seconds is lost, as with a
   * primary that was killed, and counts no more: a window full of such frames would never open
   * again.
   */
  private void awaitRoom(long number) {
    long last = received;
    long since = System.nanoTime();
    while (number - received - givenUp >= WINDOW && !holding) {
      LockSupport.parkNanos(IDLE_NANOS);
      if (received != last) {
        last = received;
        since = System.nanoTime();
      } else if (System.nanoTime() - since > GIVE_UP_NANOS) {
        givenUp = number - last;
      }
    }
  }

  private void receiveFromWire(String interfaceName) {
    byte[] frame = new byte[CAPACITY];
    try (PacketSocket socket = new PacketSocket(interfaceName)) {
      while (!ending) {
        int length = socket.receive(frame);
        if (length > 0) {
          check.receive(frame, length);
          received = check.received();
        } else {
          LockSupport.parkNanos(IDLE_NANOS);
        }
      }
    }
  }

  private void sendToPipe(Path file) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      CaptureFile.writeHeader(out);
      for (long number = 0; number < total && !holding; number++) {
        CaptureFile.writeFrame(out, frame(number), number);
        sent = number + 1;
      }
    }
  }

  private void receiveFromPipe(Path file) throws IOException {
    // Not Files.newInputStream, whose available() seeks, which a pipe cannot.
    try (InputStream in = new FileInputStream(file.toFile())) {
      CaptureFile.Reader reader = new CaptureFile.Reader(in);
      for (byte[] frame = reader.next(); frame != null; frame = reader.next()) {
        check.receive(frame, frame.length);
        received = check.received();
      }
    }
  }

  private void report() {
    while (!ending) {
      System.out.println("progress sent=" + sent + " received=" + received);
      LockSupport.parkNanos(PROGRESS_NANOS);
    }
  }

  private void printResult() {
    System.out.printf(
        "result sent=%d received=%d bytes=%d mismatched=%d%n",
        sent, check.received(), check.bytes(), check.mismatched());
    if (failure != null) {
      System.out.println("failure " + failure);
    }
  }
}
