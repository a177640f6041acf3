package io.sluice.cli.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the two checks of the demo's frames see, and what the one of a user's capture cannot. */
class FrameCheckTest {
  private static final byte[] A = "frame A, of a capture".getBytes();
  private static final byte[] B = "frame B, of a capture, longer".getBytes();

  private final List<byte[]> builtIn = DemoFrames.all();

  private static void receive(FrameCheck check, byte[]... frames) {
    for (byte[] frame : frames) {
      // As the receiver does it: the frame at the start of a buffer that holds more.
      check.receive(Arrays.copyOf(frame, frame.length + 10), frame.length);
    }
  }

  private byte[] numbered(long number) {
    byte[] frame = builtIn.get((int) (number % builtIn.size())).clone();
    NumberedFrames.stamp(frame, number);
    return frame;
  }

  private static void assertCounts(FrameCheck check, long received, long mismatched) {
    assertEquals(received, check.received());
    assertEquals(mismatched, check.mismatched());
  }

  @Test
  void shouldTakeEachFrameOfACaptureAsOftenAsItIsSentInAnyOrder() {
    RepeatedFrames check = new RepeatedFrames(List.of(A, B), 5);
    receive(check, B, A, A, A, B);
    assertCounts(check, 5, 0);
    assertEquals(3 * A.length + 2 * B.length, check.bytes());
    receive(check, A);
    assertCounts(check, 6, 1);
  }

  @Test
  void shouldCountEqualFramesOfACaptureTogether() {
    RepeatedFrames check = new RepeatedFrames(List.of(A, A.clone(), B), 6);
    receive(check, A, A, A, A, B, B);
    assertCounts(check, 6, 0);
  }

  @Test
  void shouldSeeAFrameOfACaptureThatIsChangedCutOrNobodys() {
    RepeatedFrames check = new RepeatedFrames(List.of(A, B), 100);
    byte[] changed = A.clone();
    changed[A.length - 1]++;
    receive(check, changed, Arrays.copyOf(A, A.length - 1), Arrays.copyOf(A, A.length + 1));
    receive(check, new byte[0], "nobody's".getBytes());
    assertCounts(check, 5, 5);
    receive(check, A, B);
    assertCounts(check, 7, 5);
  }

  @Test
  void shouldTakeEachNumberedFrameOnceInAnyOrder() {
    int total = 3 * builtIn.size() + 7;
    NumberedFrames check = new NumberedFrames(builtIn, total);
    for (int i = total - 1; i >= 0; i--) {
      receive(check, numbered(i ^ 1));
    }
    // Of an odd number the last one's neighbour is one too many.
    assertCounts(check, total, 1);
    receive(check, numbered(total - 1));
    assertCounts(check, total + 1, 1);
  }

  @Test
  void shouldSeeALossBehindADuplicateOfTheSameBuiltInFrame() {
    NumberedFrames check = new NumberedFrames(builtIn, 3L * builtIn.size());
    long lost = 5;
    long twice = lost + builtIn.size();
    assertArrayEquals(
        Arrays.copyOf(numbered(lost), 54), Arrays.copyOf(numbered(twice), 54), "the same frame");
    for (long i = 0; i < 3L * builtIn.size(); i++) {
      receive(check, numbered(i == lost ? twice : i));
    }
    assertCounts(check, 3L * builtIn.size(), 1);
  }

  @Test
  void shouldSeeANumberedFrameThatIsChangedCutOrNobodys() {
    NumberedFrames check = new NumberedFrames(builtIn, 100);
    byte[] frame = numbered(9);
    for (int at : new int[] {0, 20, frame.length - 7, frame.length - 6, frame.length - 1}) {
      byte[] changed = frame.clone();
      changed[at] ^= 0x40;
      receive(check, changed);
    }
    assertCounts(check, 5, 5);
    receive(check, numbered(100), Arrays.copyOf(frame, 5), new byte[0]);
    receive(check, Arrays.copyOf(frame, frame.length - 1), Arrays.copyOf(frame, 1600));
    assertCounts(check, 10, 10);
    receive(check, frame);
    assertCounts(check, 11, 10);
  }

  @Test
  void shouldRememberNumbersOfABlockOfWhichAllHaveCome() {
    long total = 1L << 40;
    NumberedFrames check = new NumberedFrames(builtIn, total);
    for (int i = 0; i < 1 << 16; i++) {
      receive(check, numbered(i));
    }
    assertCounts(check, 1 << 16, 0);
    receive(check, numbered(0), numbered((1 << 16) - 1), numbered(1 << 16), numbered(total - 1));
    assertCounts(check, (1 << 16) + 4, 2);
  }

  @Test
  void shouldHaveRoomForANumberBehindTheHeadersOfEveryBuiltInFrame() {
    for (byte[] frame : builtIn) {
      boolean isTagged = frame[12] == (byte) 0x81;
      assertTrue(frame.length - NumberedFrames.NUMBER_BYTES >= (isTagged ? 46 : 42));
    }
  }
}
