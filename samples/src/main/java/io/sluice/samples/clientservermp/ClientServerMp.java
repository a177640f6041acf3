package io.sluice.samples.clientservermp;

import io.sluice.cli.Sample;
import io.sluice.platform.Errno;
import io.sluice.platform.SluiceException;
import java.util.Arrays;

/**
 * {@code client_server_mp}: {@code server} reads the ports and deals the packets out over rings,
 * each {@code client} sends what it gets. DPDK has a program for each; here the first argument says
 * which.
 */
public final class ClientServerMp implements Sample {
  @Override
  public String name() {
    return "client_server_mp";
  }

  @Override
  public String summary() {
    return "'server' reads the ports and deals packets out to 'client' processes over rings";
  }

  @Override
  public String usage() {
    return "client_server_mp (server | client) [EAL options] -- (-p PORTMASK -n NUM_CLIENTS | -n CLIENT_ID)";
  }

  @Override
  public int run(String[] args) {
    String role = args.length == 0 ? "" : args[0];
    String[] rest = Arrays.copyOfRange(args, Math.min(1, args.length), args.length);
    return switch (role) {
      case "server" -> Server.run(rest);
      case "client" -> Client.run(rest);
      default ->
          throw new SluiceException(
              Errno.EINVAL,
              "client_server_mp '" + role + "': the first argument is 'server' or 'client'");
    };
  }
}
