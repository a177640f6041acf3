package io.sluice.it.containers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Capability;
import io.sluice.cli.soak.MachineRoot;
import io.sluice.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.IsRunningStartupCheckStrategy;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.utility.DockerImageName;

/** The {@code sluice} command in a privileged container of its own, without a network. */
final class SluiceContainer extends GenericContainer<SluiceContainer> {
  static final Duration LIMIT = Duration.ofSeconds(60);

  SluiceContainer(Path home, List<String> arguments) {
    super(DockerImageName.parse(HostImage.NAME));
    withImagePullPolicy(image -> false);
    withPrivilegedMode(true);
    withNetworkMode("none");
    for (String path : MachineRoot.shared()) {
      withFileSystemBind(path, path, BindMode.READ_ONLY);
    }
    withFileSystemBind(home.toString(), home.toString(), BindMode.READ_ONLY);
    withEnv("JAVA_HOME", MachineRoot.java());
    withEnv("PATH", "/usr/sbin:/usr/bin");
    List<String> command = new ArrayList<>(List.of(home.resolve("sluice").toString()));
    command.addAll(arguments);
    withCommand(command.toArray(String[]::new));
    withStartupCheckStrategy(new IsRunningStartupCheckStrategy());
  }

  /** Adds a folder that others have, too. */
  SluiceContainer sharing(Path host, String inside) {
    return withFileSystemBind(host.toString(), inside, BindMode.READ_WRITE);
  }

  /** Waits for a line in its output in which that is found. */
  Matcher awaitLine(String regex) {
    Pattern pattern = Pattern.compile(regex, Pattern.MULTILINE);
    Matcher[] found = new Matcher[1];
    Await.until(
        "a line with '" + regex + "' of " + String.join(" ", getCommandParts()),
        LIMIT,
        () -> {
          boolean running = isRunning();
          found[0] = pattern.matcher(getLogs());
          boolean seen = found[0].find();
          if (!seen && !running) {
            throw new AssertionError("ended before a line with '" + regex + "': " + getLogs());
          }
          return seen;
        },
        this::getLogs);
    return found[0];
  }

  /** Has it use another's network. */
  SluiceContainer inNetworkOf(SluiceContainer other) {
    return withNetworkMode("container:" + other.getContainerId());
  }

  /** The pid of its first process, as this machine sees it. */
  long pid() {
    return getCurrentContainerInfo().getState().getPidLong();
  }

  /** Takes all capabilities from it but these, and the way to get any. */
  SluiceContainer withOnly(Capability... capabilities) {
    withPrivilegedMode(false);
    return withCreateContainerCmdModifier(
        command ->
            command
                .getHostConfig()
                .withCapDrop(Capability.ALL)
                .withCapAdd(capabilities)
                .withSecurityOpts(List.of("no-new-privileges")));
  }

  /**
   * Has it run as a user who is not root, and as the image does: the runtime directory below /run.
   */
  SluiceContainer as(int user) {
    withEnv("XDG_RUNTIME_DIR", "/run");
    return withOnly()
        .withCreateContainerCmdModifier(command -> command.withUser(user + ":" + user));
  }

  /** Has it see the processes of another. */
  SluiceContainer inPidsOf(SluiceContainer other) {
    return withCreateContainerCmdModifier(
        command -> command.getHostConfig().withPidMode("container:" + other.getContainerId()));
  }

  /** Has it an input that {@link #type} writes to. */
  SluiceContainer withInput() {
    return withCreateContainerCmdModifier(command -> command.withStdinOpen(true));
  }

  /** Types a line. */
  void type(String line) {
    try {
      ExecResult result = execInContainer("sh", "-c", "echo '" + line + "' >/proc/1/fd/0");
      if (result.getExitCode() != 0) {
        throw new AssertionError("cannot type '" + line + "': " + result.getStderr());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Gives it so much memory, hugepages not counted. */
  SluiceContainer withMemory(long bytes) {
    return withCreateContainerCmdModifier(
        command -> command.getHostConfig().withMemory(bytes).withMemorySwap(bytes));
  }

  /** Has it told to end, and killed two seconds later; the exit code. */
  int terminate() {
    DockerClientFactory.instance()
        .client()
        .stopContainerCmd(getContainerId())
        .withTimeout(2)
        .exec();
    return awaitExit();
  }

  /** Starts it and waits for its end; the exit code. */
  int runToItsEnd() {
    withStartupCheckStrategy(
        new StartupCheckStrategy() {
          @Override
          public StartupStatus checkStartupState(DockerClient client, String id) {
            return StartupStatus.SUCCESSFUL;
          }
        });
    start();
    return awaitExit();
  }

  /** Sends a signal by its name to its first process. */
  void signal(String name) {
    DockerClientFactory.instance()
        .client()
        .killContainerCmd(getContainerId())
        .withSignal(name)
        .exec();
  }

  /** Waits for its end; the exit code. */
  int awaitExit() {
    Await.until("the end of " + getContainerId(), LIMIT, () -> !isRunning(), this::getLogs);
    return getCurrentContainerInfo().getState().getExitCodeLong().intValue();
  }
}
