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

/** {@link ExactMatch} against a {@link HashMap}. */
class ExactMatchProperties {
  record Flow(int destination, int source, int destinationPort, int sourcePort, int protocol) {
    int in(ExactMatch table) {
      return table.port(destination, source, destinationPort, sourcePort, protocol);
    }
  }

  @Provide
  Arbitrary<Flow> flows() {
    Arbitrary<Integer> address =
        Arbitraries.oneOf(Arbitraries.of(0, 1, -1), Arbitraries.integers());
    Arbitrary<Integer> port = Arbitraries.of(0, 1, 9, 0x8000, 0xffff);
    return Combinators.combine(address, address, port, port, Arbitraries.of(0, 6, 17, 255))
        .as(Flow::new);
  }

  @Provide
  Arbitrary<List<Flow>> manyFlows() {
    return flows().list().ofMaxSize(200);
  }

  @Property(tries = 300)
  void shouldFindWhatWasAddedAndNothingElse(
      @ForAll("manyFlows") List<Flow> added, @ForAll("manyFlows") List<Flow> asked) {
    ExactMatch table = new ExactMatch();
    Map<Flow, Integer> model = new HashMap<>();
    for (Flow flow : added) {
      int port = model.size();
      model.put(flow, port);
      table.add(
          flow.destination,
          flow.source,
          flow.destinationPort,
          flow.sourcePort,
          flow.protocol,
          port);
    }
    added.forEach(flow -> assertEquals(model.get(flow), flow.in(table)));
    asked.forEach(flow -> assertEquals(model.getOrDefault(flow, Lookup.MISS), flow.in(table)));
  }
}
