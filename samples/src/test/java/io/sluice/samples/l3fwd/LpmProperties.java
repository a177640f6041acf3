package io.sluice.samples.l3fwd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** {@link Lpm} against the naive model: try every prefix length, longest first. */
class LpmProperties {
  record Route(int address, int depth, int nextHop) {
    int network() {
      return depth == 0 ? 0 : address & -1 << 32 - depth;
    }
  }

  record Prefix(int network, int depth) {}

  /** Addresses that fall near each other, so that prefixes nest and overlap. */
  @Provide
  Arbitrary<Integer> addresses() {
    Arbitrary<Integer> near =
        Combinators.combine(
                Arbitraries.of(0, 10, 198, 255),
                Arbitraries.of(0, 18, 255),
                Arbitraries.of(0, 1, 127, 128, 255),
                Arbitraries.integers().between(0, 255))
            .as((a, b, c, d) -> a << 24 | b << 16 | c << 8 | d);
    return Arbitraries.oneOf(near, Arbitraries.integers());
  }

  @Provide
  Arbitrary<List<Route>> routes() {
    return Combinators.combine(
            addresses(),
            Arbitraries.integers().between(0, 32),
            Arbitraries.integers().between(0, (1 << 24) - 1))
        .as(Route::new)
        .list()
        .ofMaxSize(60);
  }

  @Property(tries = 300)
  void shouldFindTheLongestPrefixWhateverTheOrderOfTheRoutes(
      @ForAll("routes") List<Route> routes, @ForAll("addresses") int other) {
    Lpm lpm = new Lpm();
    Map<Prefix, Integer> model = new HashMap<>();
    for (Route route : routes) {
      lpm.add(route.address, route.depth, route.nextHop);
      model.put(new Prefix(route.network(), route.depth), route.nextHop);
    }
    check(lpm, model, other);
    for (Route route : routes) {
      int size = route.depth == 0 ? 0 : 1 << 32 - route.depth;
      check(lpm, model, route.address);
      check(lpm, model, route.network());
      check(lpm, model, route.network() - 1);
      check(lpm, model, route.network() + size - 1);
      check(lpm, model, route.network() + size);
    }
  }

  private static void check(Lpm lpm, Map<Prefix, Integer> model, int address) {
    int expected = Lpm.MISS;
    for (int depth = 32; depth >= 0 && expected == Lpm.MISS; depth--) {
      int network = depth == 0 ? 0 : address & -1 << 32 - depth;
      expected = model.getOrDefault(new Prefix(network, depth), Lpm.MISS);
    }
    assertEquals(expected, lpm.nextHop(address), () -> Integer.toHexString(address));
  }
}
