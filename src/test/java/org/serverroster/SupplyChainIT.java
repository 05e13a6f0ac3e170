package org.serverroster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** The bill of materials of the build (CycloneDX), and under which licences its parts come. */
class SupplyChainIT {

  /** One of these is enough for a part: it may be passed on with a program under Apache-2.0. */
  private static final Set<String> WELCOME =
      Set.of(
          "Apache-2.0",
          "Apache-1.1",
          "BSD-2-Clause",
          "CC0-1.0",
          "BSD-3-Clause",
          "EPL-1.0",
          "EPL 1.0",
          "EPL-2.0",
          "MIT",
          "MIT-0",
          "Public Domain",
          "Unicode-3.0");

  private static final Pattern ARTIFACT = Pattern.compile("<artifactId>([^<]+)</artifactId>");
  private static final Pattern WORD = Pattern.compile("[\\w.-]+");

  @Test
  void everyPartIsListedWithAHashAndALicenceThatIsWelcome() throws IOException {
    JsonNode bill = new ObjectMapper().readTree(Path.of("target", "bom.json").toFile());
    Set<String> unwelcome = new TreeSet<>();
    Set<String> listed = new TreeSet<>();
    for (JsonNode part : bill.get("components")) {
      listed.add(part.get("name").asText() + "-" + part.get("version").asText());
      assertTrue(part.get("purl").asText().startsWith("pkg:maven/"), part::toString);
      assertTrue(part.get("hashes").toString().contains("SHA-256"), part::toString);
      if (licences(part).noneMatch(WELCOME::contains)) {
        unwelcome.add(part.get("purl").asText() + " " + licences(part).toList());
      }
    }
    assertEquals(Set.of(), unwelcome);

    // What the program really has is what the bill says; the platform brings the classes that start
    // it.
    Set<String> missing = new TreeSet<>();
    try (Stream<Path> jars = Files.list(Path.of("target/quarkus-app/lib/main"))) {
      for (Path jar : jars.toList()) {
        String name = jar.getFileName().toString();
        if (listed.stream().noneMatch(name::contains)) {
          missing.add(name);
        }
      }
    }
    assertEquals(Set.of(), missing, "in the program and not on the bill");
  }

  /**
   * Where several are told of at once, by what they end with ({@code camel-quarkus-jdbc, -jta}).
   */
  @Test
  void eachDependencyHasItsReason() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    String ours =
        pom.substring(pom.indexOf("\n  <dependencies>"), pom.indexOf("\n  </dependencies>"));
    Set<String> told =
        WORD.matcher(Files.readString(Path.of("docs/dependencies.md")))
            .results()
            .map(MatchResult::group)
            .collect(Collectors.toSet());
    Set<String> untold = new TreeSet<>();
    List<MatchResult> all = ARTIFACT.matcher(ours).results().toList();
    for (MatchResult artifact : all) {
      String name = artifact.group(1);
      boolean isTold = told.contains(name);
      for (int at = name.indexOf('-'); at >= 0 && !isTold; at = name.indexOf('-', at + 1)) {
        isTold = told.contains(name.substring(at));
      }
      if (!isTold) {
        untold.add(name);
      }
    }
    assertTrue(all.size() > 40, ours);
    assertEquals(Set.of(), untold, "docs/dependencies.md");
  }

  @Test
  void theJarOfTheProgramIsTheSameWheneverItIsBuilt() throws IOException {
    try (Stream<Path> built = Files.list(Path.of("target"));
        ZipFile jar =
            new ZipFile(
                built
                    .filter(file -> file.getFileName().toString().matches("server-roster-.*\\.jar"))
                    .findFirst()
                    .orElseThrow()
                    .toFile())) {
      Set<LocalDateTime> times =
          jar.stream().map(ZipEntry::getTimeLocal).collect(Collectors.toSet());
      assertEquals(
          Set.of(LocalDateTime.parse("2026-11-22T00:00:00")),
          times,
          "project.build.outputTimestamp");
      List<String> names = jar.stream().map(ZipEntry::getName).toList();
      assertEquals(names.stream().distinct().count(), names.size());
      ZipEntry maven = jar.getEntry("META-INF/maven/org.serverroster/server-roster/pom.properties");
      String says = new String(jar.getInputStream(maven).readAllBytes(), StandardCharsets.UTF_8);
      assertFalse(says.contains("2026"), says);
    }
  }

  private static Stream<String> licences(JsonNode part) {
    return StreamSupport.stream(part.path("licenses").spliterator(), false)
        .map(
            entry ->
                Stream.of(
                        entry.path("license").path("id"),
                        entry.path("license").path("name"),
                        entry.path("expression"))
                    .map(JsonNode::asText)
                    .filter(text -> !text.isEmpty())
                    .collect(Collectors.joining()));
  }
}
