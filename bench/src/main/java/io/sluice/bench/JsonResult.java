package io.sluice.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The results for programs: times of every round in nanoseconds, medians and ratios. */
final class JsonResult {
  private JsonResult() {}

  static String of(List<Row> rows, Machine machine, int rounds) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("machine", machine);
    result.put("rounds", rounds);
    result.put("rows", rows.stream().map(JsonResult::object).toList());
    result.put("summary", ResultTable.summary(rows));
    try {
      return new ObjectMapper()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .writeValueAsString(result)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> object(Row row) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("row", row.name());
    object.put("sluice_nanos", row.ours().nanos());
    object.put("sluice_median", row.ours().median());
    object.put("sluice_cpus_apart_nanos", row.isOnOneCpu() ? null : row.ours().cpusApart());
    object.put("sluice_bytes_allocated", Double.isNaN(row.bytes()) ? null : row.bytes());
    if (row.isCompared()) {
      object.put("other", row.other().label());
      object.put("other_nanos", row.reference().nanos());
      object.put("other_median", row.reference().median());
      object.put("other_cpus_apart_nanos", row.isOnOneCpu() ? null : row.reference().cpusApart());
      object.put("ratio", row.ratio());
      object.put("goal", row.hasGoal() ? row.goal() : null);
    }
    return object;
  }
}
