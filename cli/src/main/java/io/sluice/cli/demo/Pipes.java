package io.sluice.cli.demo;

import io.sluice.cli.CommandFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Two named pipes that carry pcap, for an ordinary user; no frame ever fills a disk. */
final class Pipes implements Outside {
  private final Path in;
  private final Path out;

  Pipes(Path folder) {
    in = make(folder.resolve("in.pcap"));
    out = make(folder.resolve("out.pcap"));
  }

  private static Path make(Path pipe) {
    try {
      int code = new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor();
      if (code != 0) {
        throw new CommandFailure("mkfifo " + pipe + " gave " + code);
      }
      return pipe;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(e));
    }
  }

  @Override
  public List<String> vdevs() {
    return List.of("net_pcap0,rx_pcap=" + in, "net_pcap1,tx_pcap=" + out);
  }

  @Override
  public List<String> primaryLauncher() {
    return List.of();
  }

  @Override
  public List<String> trafficLauncher() {
    return List.of();
  }

  @Override
  public List<String> trafficArguments() {
    return List.of("pipes", in.toString(), out.toString());
  }

  @Override
  public boolean startsBeforePorts() {
    return true;
  }

  @Override
  public String description() {
    return "pcap ports on named pipes";
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(in);
      Files.deleteIfExists(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
