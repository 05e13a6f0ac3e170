package org.serverroster.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/** What a flight recording says about where time and memory went. */
final class Costs {

  /** The first of these that is on a stack, from the innermost frame out, has the cost. */
  private static final Map<String, String> OWNERS = new LinkedHashMap<>();

  static {
    OWNERS.put("org.postgresql.", "PostgreSQL driver");
    OWNERS.put("org.h2.", "H2");
    OWNERS.put("com.arjuna.", "transaction manager");
    OWNERS.put("io.agroal.", "connection pool");
    OWNERS.put("org.jivesoftware.", "Smack");
    OWNERS.put("org.xmlpull.", "XML parser");
    OWNERS.put("org.jxmpp.", "JIDs");
    OWNERS.put("com.ibm.icu.", "IDNA");
    OWNERS.put("org.apache.camel.component.jdbc.", "Camel jdbc");
    OWNERS.put("org.apache.camel.", "Camel");
    OWNERS.put("org.serverroster.", "our own Java");
    OWNERS.put("io.quarkus.", "Quarkus");
    OWNERS.put("io.vertx.", "Vert.x");
    OWNERS.put("io.netty.", "Netty");
    OWNERS.put("com.fasterxml.", "JSON");
    OWNERS.put("org.jboss.logmanager.", "log");
  }

  private final Map<String, Long> samples = new HashMap<>();
  private final Map<String, Long> allocated = new HashMap<>();
  private final Map<Long, long[]> threads = new HashMap<>();

  static Costs of(Path recording) throws IOException {
    var costs = new Costs();
    try (var file = new RecordingFile(recording)) {
      while (file.hasMoreEvents()) {
        costs.add(file.readEvent());
      }
    }
    return costs;
  }

  private void add(RecordedEvent event) {
    switch (event.getEventType().getName()) {
      case "jdk.ExecutionSample" -> samples.merge(owner(event), 1L, Long::sum);
      case "jdk.ObjectAllocationSample" ->
          allocated.merge(owner(event), event.getLong("weight"), Long::sum);
      case "jdk.ThreadAllocationStatistics" -> {
        long now = event.getLong("allocated");
        long[] range =
            threads.computeIfAbsent(
                event.getThread("thread").getJavaThreadId(), id -> new long[] {now, now});
        range[0] = Math.min(range[0], now);
        range[1] = Math.max(range[1], now);
      }
      default -> {}
    }
  }

  private static String owner(RecordedEvent event) {
    if (event.getStackTrace() == null) {
      return "other";
    }
    for (RecordedFrame frame : event.getStackTrace().getFrames()) {
      String type = frame.getMethod().getType().getName();
      for (Map.Entry<String, String> each : OWNERS.entrySet()) {
        if (type.startsWith(each.getKey())) {
          return each.getValue();
        }
      }
    }
    return "other";
  }

  /** Bytes that were allocated between the first and the last look at each thread. */
  double bytes() {
    return threads.values().stream().mapToLong(range -> range[1] - range[0]).sum();
  }

  String largestTimes(int most) {
    return largest(samples, most);
  }

  String largestAllocations(int most) {
    return largest(allocated, most);
  }

  private static String largest(Map<String, Long> shares, int most) {
    long all = shares.values().stream().mapToLong(Long::longValue).sum();
    return shares.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(most)
        .map(share -> Report.format("%s %.0f %%", share.getKey(), 100.0 * share.getValue() / all))
        .collect(Collectors.joining(", "));
  }

  static final List<String> SETTINGS = List.of("settings=profile");
}
