package io.sluice.config;

import io.sluice.platform.Errno;
import io.sluice.platform.Libc;
import io.sluice.platform.SluiceException;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code rte_mp_*}: short messages between the processes of one prefix, over the sockets in their
 * runtime directory. A secondary speaks to the primary, the primary to every secondary.
 *
 * <p>A daemon thread of its own receives and calls the registered handlers, one after the other. A
 * handler must not wait for a reply itself: it would be waiting for its own thread. A request that
 * has no handler here is answered at once with "ignore me", which the asker counts as not sent.
 */
public final class MpChannel implements AutoCloseable {
  private static final long CHECK_PEERS_MILLIS = 100;

  /** DPDK's names of secondaries' sockets go on with the pid here. */
  private static final String STOCK_SECONDARY = "mp_socket_\\d.*";

  private static final String SLUICE_SECONDARY = "mp_socket_sluice_";

  private final RuntimeDirectory directory;
  private final boolean primary;
  private final MpSocket socket;
  private final Thread thread;
  private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
  private final Map<String, Request> requests = new HashMap<>();

  /** Handles messages of one action. */
  @FunctionalInterface
  public interface Handler {
    /** Called on the channel's thread; {@code peer} is whom to {@link #reply}. */
    void handle(MpMessage message, String peer);
  }

  /**
   * What came back.
   *
   * @param sent how many were asked, without those that are not ready or died meanwhile
   * @param messages the replies
   */
  public record Replies(int sent, List<MpMessage> messages) {
    /** Whether everybody asked has answered. */
    public boolean isComplete() {
      return messages.size() == sent;
    }
  }

  private static final class Request {
    private final List<MpMessage> replies = new ArrayList<>();
    private final List<String> waitingFor = new ArrayList<>();
    private int sent;
  }

  private MpChannel(RuntimeDirectory directory, boolean primary, MpSocket socket) {
    this.directory = directory;
    this.primary = primary;
    this.socket = socket;
    this.thread = new Thread(this::receive, "sluice-mp");
    this.thread.setDaemon(true);
  }

  /** Binds this process's socket in the directory and starts to receive. */
  public static MpChannel open(RuntimeDirectory directory, boolean primary) {
    String name =
        primary
            ? "mp_socket"
            : SLUICE_SECONDARY + Libc.getpid() + "_" + Long.toHexString(System.nanoTime());
    String path = directory.path() + "/" + name;
    int lock = Libc.open(directory.path(), Libc.O_RDONLY | Libc.O_DIRECTORY, 0);
    if (lock < 0) {
      throw new SluiceException(Errno.ofResult(lock), "cannot open " + directory.path());
    }
    try {
      Libc.flock(lock, Libc.LOCK_EX);
      MpChannel channel = new MpChannel(directory, primary, MpSocket.bind(path));
      channel.thread.start();
      return channel;
    } finally {
      Libc.close(lock);
    }
  }

  /**
   * {@code rte_mp_action_register}.
   *
   * @throws SluiceException EEXIST if the action has a handler, E2BIG or EINVAL for a bad name
   */
  public void register(String action, Handler handler) {
    MpMessage.requireName(action);
    if (handlers.putIfAbsent(action, handler) != null) {
      throw new SluiceException(Errno.EEXIST, "action '" + action + "' has a handler");
    }
  }

  /** {@code rte_mp_action_unregister}. */
  public void unregister(String action) {
    handlers.remove(action);
  }

  /** {@code rte_mp_sendmsg}; whether everybody there could be reached. */
  public boolean sendMsg(MpMessage message) {
    boolean reached = true;
    for (String peer : peers()) {
      Delivery delivery = deliver(peer, MpSocket.MESSAGE, message);
      reached &= delivery == Delivery.SENT || primary && delivery == Delivery.GONE;
    }
    return reached;
  }

  /**
   * The names of the sockets of all secondaries of stock DPDK that are there; one has its socket
   * before it attaches.
   */
  static List<String> stockSecondaries(RuntimeDirectory directory) {
    List<String> sockets = new ArrayList<>();
    String[] names = new File(directory.path()).list();
    for (String name : names == null ? new String[0] : names) {
      if (name.matches(STOCK_SECONDARY) && !isGone(directory.path() + "/" + name)) {
        sockets.add(name);
      }
    }
    return sockets;
  }

  /** Whether whoever sent a message, the {@code peer} of a handler, is there no more. */
  public static boolean isGone(String peer) {
    return MpSocket.isGone(peer);
  }

  /** {@code rte_mp_reply}. */
  public boolean reply(MpMessage message, String peer) {
    return deliver(peer, MpSocket.REPLY, message) == Delivery.SENT;
  }

  /**
   * {@code rte_mp_request_sync}: asks and waits. A peer that dies meanwhile is not waited for. In a
   * secondary whose primary is dead nobody is asked, until the next one has taken its place.
   *
   * @throws SluiceException EEXIST if this process waits for the same action already
   */
  public Replies requestSync(MpMessage message, Duration timeout) {
    Request request = new Request();
    synchronized (requests) {
      if (requests.putIfAbsent(message.name(), request) != null) {
        throw new SluiceException(Errno.EEXIST, "a request '" + message.name() + "' is under way");
      }
    }
    try {
      for (String peer : peers()) {
        synchronized (requests) {
          request.waitingFor.add(peer);
          request.sent++;
        }
        if (deliver(peer, MpSocket.REQUEST, message) == Delivery.GONE) {
          forget(request, peer);
        }
      }
      await(request, System.nanoTime() + timeout.toNanos());
      synchronized (requests) {
        return new Replies(request.sent, List.copyOf(request.replies));
      }
    } finally {
      synchronized (requests) {
        requests.remove(message.name());
      }
    }
  }

  private void await(Request request, long deadline) {
    boolean interrupted = false;
    while (System.nanoTime() < deadline) {
      List<String> missing;
      synchronized (requests) {
        if (request.waitingFor.isEmpty()) {
          break;
        }
        try {
          requests.wait(CHECK_PEERS_MILLIS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        missing = List.copyOf(request.waitingFor);
      }
      for (String peer : missing) {
        if (isGone(peer)) {
          forget(request, peer);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void forget(Request request, String peer) {
    synchronized (requests) {
      if (request.waitingFor.remove(peer)) {
        request.sent--;
      }
      requests.notifyAll();
    }
  }

  private List<String> peers() {
    List<String> peers = new ArrayList<>();
    if (!primary) {
      peers.add(directory.path() + "/mp_socket");
      return peers;
    }
    int lock = Libc.open(directory.path(), Libc.O_RDONLY | Libc.O_DIRECTORY, 0);
    Libc.flock(lock, Libc.LOCK_SH);
    String[] names = new File(directory.path()).list();
    for (String name : names == null ? new String[0] : names) {
      if (name.startsWith("mp_socket_")) {
        peers.add(directory.path() + "/" + name);
      }
    }
    Libc.close(lock);
    return peers;
  }

  private enum Delivery {
    SENT,
    GONE,
    FAILED
  }

  /** The primary deletes the sockets of secondaries that are gone; its own the next one binds. */
  private Delivery deliver(String peer, int type, MpMessage message) {
    int result = socket.send(peer, type, message);
    if (result == 0) {
      return Delivery.SENT;
    }
    boolean gone = result == -Errno.ECONNREFUSED.number() || result == -Errno.ENOENT.number();
    if (gone && primary) {
      Libc.unlink(peer);
    }
    return gone ? Delivery.GONE : Delivery.FAILED;
  }

  private void receive() {
    for (MpSocket.Received received = socket.receive();
        received != null;
        received = socket.receive()) {
      if (received.type() == MpSocket.REPLY || received.type() == MpSocket.IGNORE) {
        answered(received);
      } else {
        handle(received);
      }
    }
  }

  private void answered(MpSocket.Received received) {
    synchronized (requests) {
      Request request = requests.get(received.message().name());
      if (request == null || !request.waitingFor.remove(received.peer())) {
        closeAll(received.message().fds());
        return;
      }
      if (received.type() == MpSocket.REPLY) {
        request.replies.add(received.message());
      } else {
        request.sent--;
      }
      requests.notifyAll();
    }
  }

  private void handle(MpSocket.Received received) {
    Handler handler = handlers.get(received.message().name());
    if (handler != null) {
      try {
        handler.handle(received.message(), received.peer());
      } catch (RuntimeException e) {
        // One bad message must not end the channel for all others.
        thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
      }
      return;
    }
    closeAll(received.message().fds());
    if (received.type() == MpSocket.REQUEST) {
      // Other than DPDK, which lets the asker wait in vain once it is initialized.
      MpMessage ignore = new MpMessage(received.message().name(), new byte[0]);
      deliver(received.peer(), MpSocket.IGNORE, ignore);
    }
  }

  private static void closeAll(int[] fds) {
    for (int fd : fds) {
      Libc.close(fd);
    }
  }

  /** Stops receiving and deletes this process's socket. */
  @Override
  public void close() {
    socket.shutdown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    socket.close();
  }
}
