package io.sluice.config;

import java.nio.file.Path;
import java.util.List;

/** Reads a command line into {@link EalOptions}. */
final class EalArguments {
  private static final String ACCEPTED =
      "-l --lcores --main-lcore --proc-type --file-prefix -m --socket-mem --huge-dir --no-huge"
          + " --single-file-segments --base-virtaddr --iova-mode --vdev -a -b --no-pci --log-level"
          + " --mempool-ops-index --tailq";

  private final String[] args;
  private final EalOptions.Builder builder = EalOptions.builder();
  private int at;
  private String lcoresBy;

  private EalArguments(String[] args) {
    this.args = args;
  }

  static EalOptions parse(String[] args) {
    return new EalArguments(args).parse();
  }

  private EalOptions parse() {
    while (at < args.length && args[at].startsWith("-") && !args[at].equals("--")) {
      option();
    }
    if (at < args.length && args[at].equals("--")) {
      at++;
    }
    return builder.remaining(List.of(args).subList(at, args.length)).build();
  }

  private void option() {
    String word = args[at++];
    if (word.startsWith("--")) {
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      apply(name, equals < 0 ? null : word.substring(equals + 1));
    } else {
      // A short option's value may follow at once.
      apply(
          word.length() < 2 ? word : word.substring(0, 2),
          word.length() <= 2 ? null : word.substring(2));
    }
  }

  private void apply(String name, String attached) {
    switch (name) {
      case "--no-huge" -> builder.noHuge(flag(name, attached));
      case "--in-memory" -> builder.inMemory(flag(name, attached));
      case "--single-file-segments" -> builder.singleFileSegments(flag(name, attached));
      case "--no-pci" -> builder.noPci(flag(name, attached));
      case "-l", "--lcores" -> lcores(name, value(name, attached));
      case "--main-lcore" -> builder.mainLcore(number(name, value(name, attached)));
      case "--proc-type" -> builder.procType(procType(value(name, attached)));
      case "--file-prefix" -> builder.filePrefix(value(name, attached));
      case "-m" -> builder.memoryMb(number(name, value(name, attached)));
      case "--socket-mem" -> builder.socketMemMb(numbers(name, value(name, attached)));
      case "--huge-dir" -> builder.hugeDir(Path.of(value(name, attached)));
      case "--base-virtaddr" -> builder.baseVirtaddr(address(name, value(name, attached)));
      case "--tailq" -> builder.tailq(value(name, attached));
      case "--mempool-ops-index" -> builder.mempoolOpsIndex(number(name, value(name, attached)));
      case "--iova-mode" -> builder.iovaMode(iovaMode(value(name, attached)));
      case "--vdev" -> builder.vdev(value(name, attached));
      case "-a", "--allow" -> builder.allow(value(name, attached));
      case "-b", "--block" -> builder.block(value(name, attached));
      case "--log-level" -> builder.logLevel(value(name, attached));
      default ->
          throw new EalOptionException("unknown option '" + name + "'; accepted are " + ACCEPTED);
    }
  }

  private void lcores(String name, String text) {
    if (lcoresBy != null) {
      throw new EalOptionException(
          name + " '" + text + "': " + lcoresBy + " gave the lcores already; give one of them");
    }
    lcoresBy = name;
    builder.lcores(LcoresSyntax.parse(name, text));
  }

  private static boolean flag(String name, String attached) {
    if (attached != null) {
      throw new EalOptionException(name + " takes no value, got '" + attached + "'");
    }
    return true;
  }

  private String value(String name, String attached) {
    if (attached != null) {
      return attached;
    }
    if (at == args.length) {
      throw new EalOptionException(name + " needs a value");
    }
    return args[at++];
  }

  private static int number(String name, String text) {
    try {
      int number = Integer.parseInt(text.strip());
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, with the option's name.
    }
    throw new EalOptionException(name + " '" + text + "': accepted is a number from 0");
  }

  private static int[] numbers(String name, String text) {
    String[] parts = text.split(",", -1);
    int[] numbers = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      numbers[i] = number(name, parts[i]);
    }
    return numbers;
  }

  private static long address(String name, String text) {
    try {
      return Long.decode(text.strip());
    } catch (NumberFormatException e) {
      throw new EalOptionException(
          name + " '" + text + "': accepted is an address as in 0x200000000000");
    }
  }

  private static ProcType procType(String text) {
    return switch (text) {
      case "primary" -> ProcType.PRIMARY;
      case "secondary" -> ProcType.SECONDARY;
      case "auto" -> ProcType.AUTO;
      default ->
          throw new EalOptionException(
              "--proc-type '" + text + "': accepted are primary, secondary and auto");
    };
  }

  private static IovaMode iovaMode(String text) {
    return switch (text) {
      case "va" -> IovaMode.VA;
      case "pa" -> IovaMode.PA;
      default -> throw new EalOptionException("--iova-mode '" + text + "': accepted are pa and va");
    };
  }
}
