package io.sluice.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.Memory;
import io.sluice.platform.SluiceException;
import io.sluice.testing.JavaProcess;
import io.sluice.testing.UniquePrefix;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages between a primary and secondaries, in one process and across JVMs. */
class MpChannelTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final RuntimeDirectory directory = RuntimeDirectory.of(UniquePrefix.next());
  private final List<MpChannel> channels = new ArrayList<>();
  private MpChannel primary;

  @BeforeEach
  void open() {
    directory.create();
    primary = open(true);
  }

  @AfterEach
  void close() {
    channels.forEach(MpChannel::close);
    directory.deleteIfEmpty();
    assertFalse(new File(directory.path()).exists());
  }

  private MpChannel open(boolean asPrimary) {
    MpChannel channel = MpChannel.open(directory, asPrimary);
    channels.add(channel);
    return channel;
  }

  private static MpMessage message(String name, String text) {
    return new MpMessage(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(MpMessage message) {
    return new String(message.param(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldCarryMessagesBothWays() throws Exception {
    BlockingQueue<String> heard = new ArrayBlockingQueue<>(10);
    primary.register("up", (message, peer) -> heard.add("up " + text(message)));
    MpChannel one = open(false);
    MpChannel two = open(false);
    one.register("down", (message, peer) -> heard.add("one " + text(message)));
    two.register("down", (message, peer) -> heard.add("two " + text(message)));
    assertTrue(one.sendMsg(message("up", "a")));
    assertEquals("up a", heard.poll(20, TimeUnit.SECONDS));
    assertTrue(primary.sendMsg(message("down", "b")));
    List<String> both = new ArrayList<>();
    both.add(heard.poll(20, TimeUnit.SECONDS));
    both.add(heard.poll(20, TimeUnit.SECONDS));
    both.sort(null);
    assertEquals(List.of("one b", "two b"), both);
  }

  @Test
  void shouldGatherTheRepliesOfAll() {
    for (int i = 0; i < 3; i++) {
      MpChannel secondary = open(false);
      secondary.register(
          "ask", (message, peer) -> secondary.reply(message("ask", text(message) + "!"), peer));
    }
    MpChannel.Replies replies = primary.requestSync(message("ask", "who"), LIMIT);
    assertEquals(3, replies.sent());
    assertTrue(replies.isComplete());
    replies.messages().forEach(reply -> assertEquals("who!", text(reply)));
    primary.register("ask", (message, peer) -> primary.reply(message("ask", "I"), peer));
    assertEquals(
        "I", text(channels.get(1).requestSync(message("ask", ""), LIMIT).messages().get(0)));
  }

  @Test
  void shouldTimeOutOnWhoDoesNotAnswerAndSkipWhoIsNotReady() {
    MpChannel silent = open(false);
    silent.register("ask", (message, peer) -> {});
    open(false);
    MpChannel.Replies replies = primary.requestSync(message("ask", ""), Duration.ofMillis(300));
    assertEquals(1, replies.sent(), "the one without handler and not yet ready said so");
    assertFalse(replies.isComplete());
  }

  @Test
  void shouldRefuseBadNamesAndSecondHandlers() {
    primary.register("action", (message, peer) -> {});
    assertErrno(Errno.EEXIST, () -> primary.register("action", (message, peer) -> {}));
    assertErrno(Errno.EINVAL, () -> primary.register("", (message, peer) -> {}));
    assertErrno(Errno.E2BIG, () -> primary.register("n".repeat(64), (message, peer) -> {}));
    primary.unregister("action");
    primary.register("action", (message, peer) -> {});
  }

  private static void assertErrno(Errno errno, Runnable call) {
    assertEquals(errno, assertThrows(SluiceException.class, call::run).errno());
  }

  @Test
  void shouldOutliveAHandlerThatThrows() {
    MpChannel secondary = open(false);
    secondary.register(
        "ask", (message, peer) -> secondary.reply(message("ask", "still here"), peer));
    secondary.register(
        "bad",
        (message, peer) -> {
          Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {});
          throw new IllegalStateException("expected by the test");
        });
    primary.sendMsg(message("bad", ""));
    assertTrue(primary.requestSync(message("ask", ""), LIMIT).isComplete());
  }

  @Test
  void shouldPassDescriptors(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("passed"), "content");
    BlockingQueue<Integer> passed = new ArrayBlockingQueue<>(1);
    primary.register("fd", (message, peer) -> passed.add(message.fds()[0]));
    int own = Libc.open(file.toString(), Libc.O_RDONLY, 0);
    open(false).sendMsg(new MpMessage("fd", new byte[] {1}, new int[] {own}));
    int received = passed.poll(20, TimeUnit.SECONDS);
    Libc.close(own);
    long buffer = Memory.allocate(16);
    assertEquals(7, Libc.pread(received, buffer, 16, 0));
    assertEquals("content", Memory.getString(buffer, 7));
    Memory.release(buffer);
    Libc.close(received);
  }

  @Test
  void shouldDropWhatIsNoMessage() {
    primary.register("ask", (message, peer) -> primary.reply(message("ask", "yes"), peer));
    int fd = Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM, 0);
    long address = Memory.allocate(110);
    long garbage = Memory.allocate(400);
    Memory.putShort(address, (short) Libc.AF_UNIX);
    Memory.putString(address + 2, 108, directory.path() + "/mp_socket");
    Memory.fill(garbage, 400, (byte) 0x7f);
    for (int length : new int[] {1, 331, 332, 333, 400}) {
      assertEquals(length, Libc.sendto(fd, garbage, length, 0, address, 110));
    }
    Libc.close(fd);
    Memory.release(address);
    Memory.release(garbage);
    MpChannel.Replies replies = open(false).requestSync(message("ask", ""), LIMIT);
    assertTrue(replies.isComplete());
    assertArrayEquals("yes".getBytes(StandardCharsets.UTF_8), replies.messages().get(0).param());
  }

  @Test
  void shouldNotWaitForAKilledProcess() {
    try (JavaProcess secondary = JavaProcess.start(Silent.class, directory.path())) {
      secondary.awaitLine("ready", LIMIT);
      primary.register("asked", (message, peer) -> secondary.kill());
      MpChannel.Replies replies = primary.requestSync(message("ask", ""), Duration.ofMinutes(5));
      assertTrue(replies.isComplete());
      assertEquals(0, replies.sent());
    }
  }

  /** A secondary that never answers and tells that it was asked. */
  public static final class Silent {
    private Silent() {}

    /** Starts it. */
    public static void main(String[] args) throws InterruptedException {
      String path = args[0];
      RuntimeDirectory directory = RuntimeDirectory.of(path.substring(path.lastIndexOf('/') + 1));
      MpChannel channel = MpChannel.open(directory, false);
      channel.register("ask", (message, peer) -> channel.sendMsg(message("asked", "")));
      System.out.println("ready");
      Thread.sleep(Duration.ofMinutes(2).toMillis());
    }
  }
}
