package io.sluice.secondary;

import io.sluice.config.EalOptions;

/** A child JVM that runs one {@link SecondaryApp}: its class name, EAL options, its arguments. */
final class SecondaryMain {
  private SecondaryMain() {}

  public static void main(String[] args) throws Exception {
    String[] eal = java.util.Arrays.copyOfRange(args, 1, args.length);
    EalOptions options = EalOptions.parse(eal);
    SecondaryApp app =
        Class.forName(args[0]).asSubclass(SecondaryApp.class).getConstructor().newInstance();
    try (Secondary secondary = Secondary.attach(options)) {
      app.run(secondary, options.remaining().toArray(String[]::new));
      // Not behind the close, from which on a JVM that was told to end waits for nothing more.
      System.out.println("done");
    }
  }
}
