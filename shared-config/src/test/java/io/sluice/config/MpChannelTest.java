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

  @Test
  void shouldRefuseWhatDoesNotFitAMessage() {
    assertErrno(Errno.EINVAL, () -> message("", "a"));
    assertErrno(Errno.E2BIG, () -> message("n".repeat(64), "a"));
    assertErrno(Errno.E2BIG, () -> new MpMessage("big", new byte[257]));
    assertErrno(Errno.E2BIG, () -> new MpMessage("many", new byte[0], new int[9]));
  }

  @Test
  void shouldCarryWhatJustFits() throws Exception {
    BlockingQueue<MpMessage> heard = new ArrayBlockingQueue<>(1);
    String name = "n".repeat(63);
    primary.register(name, (message, peer) -> heard.add(message));
    byte[] param = new byte[256];
    java.util.Arrays.fill(param, (byte) 0x5a);
    int[] own = new int[8];
    for (int i = 0; i < own.length; i++) {
      own[i] = Libc.open("/dev/null", Libc.O_RDONLY, 0);
    }
    assertTrue(open(false).sendMsg(new MpMessage(name, param, own)));
    MpMessage received = heard.poll(20, TimeUnit.SECONDS);
    assertEquals(name, received.name());
    assertArrayEquals(param, received.param());
    assertEquals(8, received.fds().length);
    for (int i = 0; i < own.length; i++) {
      assertEquals(0, Libc.close(received.fds()[i]), "an open descriptor of its own");
      Libc.close(own[i]);
    }
  }

  @Test
  void shouldGiveUpOnAPeerThatTakesNothing() {
    try (MpSocket stopped = MpSocket.bind(directory.path() + "/mp_socket_0_stopped")) {
      boolean reached = true;
      for (int i = 0; i < 10_000 && reached; i++) {
        reached = primary.sendMsg(message("pile", "up"));
      }
      assertFalse(reached);
      assertTrue(new File(stopped.path()).exists(), "slow is not gone");
    }
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
    // Right lengths, but a name without end, or none.
    Memory.putInt(garbage + MpMessageLayout.LEN_PARAM, 0);
    Memory.putInt(garbage + MpMessageLayout.NUM_FDS, 0);
    assertEquals(332, Libc.sendto(fd, garbage, 332, 0, address, 110));
    Memory.putByte(garbage + MpMessageLayout.NAME, (byte) 0);
    assertEquals(332, Libc.sendto(fd, garbage, 332, 0, address, 110));
    Libc.close(fd);
    Memory.release(address);
    Memory.release(garbage);
    MpChannel.Replies replies = open(false).requestSync(message("ask", ""), LIMIT);
    assertTrue(replies.isComplete());
    assertArrayEquals("yes".getBytes(StandardCharsets.UTF_8), replies.messages().get(0).param());
  }

  @Test
  void shouldAskNobodyWhileThereIsNoPrimaryAndTheNextOneByTheSameName() {
    MpChannel secondary = open(false);
    primary.close();
    channels.remove(primary);
    assertFalse(secondary.sendMsg(message("up", "")));
    assertEquals(0, secondary.requestSync(message("ask", ""), LIMIT).sent());
    MpChannel next = open(true);
    next.register("ask", (message, peer) -> next.reply(message("ask", "next"), peer));
    assertEquals("next", text(secondary.requestSync(message("ask", ""), LIMIT).messages().get(0)));
  }

  @Test
  void shouldAskAndAnswerAcrossProcesses(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("passed"), "content");
    int own = Libc.open(file.toString(), Libc.O_RDONLY, 0);
    primary.register(
        "read", (message, peer) -> primary.reply(message("read", text(message) + "?"), peer));
    try (JavaProcess one = JavaProcess.start(Reader.class, directory.path());
        JavaProcess two = JavaProcess.start(Reader.class, directory.path())) {
      for (JavaProcess each : List.of(one, two)) {
        each.awaitLine("ready: mine\\?", LIMIT);
      }
      MpMessage ask = new MpMessage("read", new byte[0], new int[] {own});
      MpChannel.Replies replies = primary.requestSync(ask, LIMIT);
      assertEquals(2, replies.sent());
      assertEquals(
          List.of("content", "content"), replies.messages().stream().map(m -> text(m)).toList());
    }
    Libc.close(own);
  }

  /** A secondary that asks once, and answers with what it reads from the descriptor it gets. */
  public static final class Reader {
    private Reader() {}

    /** Starts it. */
    public static void main(String[] args) throws InterruptedException {
      String path = args[0];
      RuntimeDirectory directory = RuntimeDirectory.of(path.substring(path.lastIndexOf('/') + 1));
      MpChannel channel = MpChannel.open(directory, false);
      channel.register(
          "read",
          (message, peer) -> {
            long buffer = Memory.allocate(16);
            Libc.pread(message.fds()[0], buffer, 16, 0);
            channel.reply(message("read", Memory.getString(buffer, 16)), peer);
          });
      System.out.println(
          "ready: " + text(channel.requestSync(message("read", "mine"), LIMIT).messages().get(0)));
      Thread.sleep(Duration.ofMinutes(2).toMillis());
    }
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
