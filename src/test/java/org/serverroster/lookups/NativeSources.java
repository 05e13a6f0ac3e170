package org.serverroster.lookups;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * What the build with {@code quarkus.native.sources-only} gives to a native compiler: the program
 * and its libraries, the metadata in them ({@code META-INF/native-image}), and the arguments.
 */
final class NativeSources {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String METADATA = "META-INF/native-image/";
  private static final String SERVICES = "META-INF/services/";
  private static final String RUN_TIME = "--initialize-at-run-time=";

  private static final Map<String, List<String>> ENOUGH =
      Map.of(
          Lookups.METHODS,
          List.of(
              "allPublicMethods",
              "allDeclaredMethods",
              "queryAllPublicMethods",
              "queryAllDeclaredMethods"),
          Lookups.METHOD,
          List.of("allPublicMethods", "allDeclaredMethods"),
          Lookups.CONSTRUCTORS,
          List.of(
              "allPublicConstructors",
              "allDeclaredConstructors",
              "queryAllPublicConstructors",
              "queryAllDeclaredConstructors"),
          Lookups.CONSTRUCTOR,
          List.of("allPublicConstructors", "allDeclaredConstructors"),
          Lookups.FIELDS,
          List.of("allPublicFields", "allDeclaredFields"),
          Lookups.FIELD,
          List.of("allPublicFields", "allDeclaredFields"));

  private final Map<String, List<JsonNode>> reflective = new HashMap<>();
  private final List<Pattern> resources = new ArrayList<>();
  private final Set<String> proxies = new HashSet<>();
  private final List<String> atRunTime;

  private NativeSources(List<String> atRunTime) {
    this.atRunTime = atRunTime;
  }

  static NativeSources in(Path folder) throws IOException {
    List<String> atRunTime =
        Stream.of(Files.readString(folder.resolve("native-image.args")).split("\\s+"))
            .filter(argument -> argument.startsWith(RUN_TIME))
            .flatMap(argument -> Stream.of(argument.substring(RUN_TIME.length()).split(",")))
            .toList();
    NativeSources sources = new NativeSources(atRunTime);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
        sources.read(jar);
      }
    }
    return sources;
  }

  private void read(Path file) throws IOException {
    try (ZipFile jar = new ZipFile(file.toFile())) {
      for (ZipEntry entry : jar.stream().filter(e -> e.getName().startsWith(METADATA)).toList()) {
        String name = entry.getName();
        if (!name.endsWith("-config.json")) {
          continue;
        }
        JsonNode content;
        try (InputStream bytes = jar.getInputStream(entry)) {
          content = JSON.readTree(bytes);
        }
        if (name.endsWith("/reflect-config.json")) {
          content.forEach(
              type ->
                  reflective
                      .computeIfAbsent(type.path("name").asText(), any -> new ArrayList<>())
                      .add(type));
        } else if (name.endsWith("/resource-config.json")) {
          content
              .path("resources")
              .path("includes")
              .forEach(include -> resources.add(Pattern.compile(include.path("pattern").asText())));
        } else if (name.endsWith("/proxy-config.json")) {
          content.forEach(proxy -> proxies.add(interfaces(proxy)));
        }
      }
    }
  }

  private static String interfaces(JsonNode proxy) {
    List<String> names = new ArrayList<>();
    proxy.path("interfaces").forEach(name -> names.add(name.asText()));
    return String.join(",", names);
  }

  /** Whether it happens while a class is initialised, and the compiler does that. */
  boolean isDoneByTheCompiler(Lookup lookup) {
    return lookup.initialising().stream()
        .anyMatch(type -> atRunTime.stream().noneMatch(type::startsWith));
  }

  /** Whether the look-up finds in the binary what it has found on the JVM. */
  boolean have(Lookup lookup) {
    return switch (lookup.kind()) {
      case Lookups.RESOURCE -> hasResource(lookup.what());
      case Lookups.PROXY -> proxies.contains(lookup.what());
      case Lookups.SERVICE -> hasResource(SERVICES + lookup.what());
      case Lookups.CLASS -> isOfTheJdk(lookup.what()) || reflective.containsKey(lookup.what());
      default ->
          isOfTheJdk(lookup.what())
              || reflective.getOrDefault(lookup.what(), List.of()).stream()
                  .anyMatch(type -> has(type, lookup));
    };
  }

  private boolean hasResource(String name) {
    return resources.stream().anyMatch(pattern -> pattern.matcher(name).matches());
  }

  private static boolean has(JsonNode type, Lookup lookup) {
    if (ENOUGH.get(lookup.kind()).stream().anyMatch(flag -> type.path(flag).asBoolean())) {
      return true;
    }
    return switch (lookup.kind()) {
      case Lookups.METHOD -> named(type.path("methods"), lookup.member());
      case Lookups.CONSTRUCTOR -> named(type.path("methods"), "<init>");
      case Lookups.FIELD -> named(type.path("fields"), lookup.member());
      default -> false;
    };
  }

  private static boolean named(JsonNode members, String name) {
    for (JsonNode member : members) {
      if (member.path("name").asText().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** The compiler knows the JDK's classes that a program can reach; what is in them is theirs. */
  private static boolean isOfTheJdk(String name) {
    return name.startsWith("java.") || name.startsWith("javax.") || name.startsWith("[");
  }
}
