package org.serverroster.image;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.Ports;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes the container image without a container engine and without a registry: a Java runtime of
 * the modules that are needed ({@code jlink}), the libraries of this Debian that it links to, and
 * the program, as an archive for {@code docker load} or {@code podman load}. There is nothing else
 * in it, no shell and no package manager. What it runs as, where and with which environment is read
 * from {@code Dockerfile.jvm}, which makes the same with an engine and a base image.
 */
public final class ImageBuilder {

  static final String NAME = "server-roster";
  static final String VERSION = "org.opencontainers.image.version";

  /** The modules of the JDK that the program, its libraries and TLS need. */
  private static final List<String> MODULES =
      List.of(
          "java.base",
          "java.desktop", // java.beans
          "java.instrument",
          "java.logging",
          "java.management",
          "java.naming",
          "java.net.http",
          "java.prefs",
          "java.rmi",
          "java.scripting",
          "java.security.jgss",
          "java.security.sasl",
          "java.sql",
          "java.transaction.xa",
          "java.xml",
          "java.xml.crypto",
          "jdk.crypto.ec",
          "jdk.jfr",
          "jdk.management",
          "jdk.naming.dns",
          "jdk.net",
          "jdk.security.auth",
          "jdk.security.jgss",
          "jdk.unsupported",
          "jdk.zipfs");

  /** What draws and plays needs libraries that nobody here calls. */
  private static final Pattern OF_A_DESKTOP =
      Pattern.compile(
          "lib(awt.*|jawt|fontmanager|javajpeg|jsound|lcms|mlib_image|splashscreen)\\.so");

  private static final Pattern LINKED = Pattern.compile("(?m)^\\s*(?:\\S+ => )?(/\\S+) \\(0x");
  private static final Pattern LINE = Pattern.compile("(?m)^([A-Z]+) (.*)$");
  private static final Pattern PAIR = Pattern.compile("([\\w.]+)=\"([^\"]*)\"");

  private final Path work;
  private final Path application;
  private final Map<String, List<String>> dockerfile = new LinkedHashMap<>();

  /**
   * @param work a folder for what is made on the way
   * @param application the folder {@code quarkus-app} of the build
   * @param dockerfile {@code Dockerfile.jvm}
   */
  ImageBuilder(Path work, Path application, Path dockerfile) throws IOException {
    this.work = work;
    this.application = application;
    String joined = Files.readString(dockerfile).replaceAll("\\\\\\n\\s*", "");
    for (Matcher line = LINE.matcher(joined); line.find(); ) {
      this.dockerfile.computeIfAbsent(line.group(1), key -> new ArrayList<>()).add(line.group(2));
    }
  }

  /**
   * Makes the image.
   *
   * @param arguments a folder to work in, the folder of the application, the file to write
   */
  public static void main(String[] arguments) throws Exception {
    Path image = Path.of(arguments[2]);
    new ImageBuilder(
            Path.of(arguments[0]), Path.of(arguments[1]), Path.of("src/main/docker/Dockerfile.jvm"))
        .build(image);
    System.out.printf("%s: %,d MiB; docker load -i %s%n", image, Files.size(image) >> 20, image);
  }

  void build(Path image) throws Exception {
    Files.createDirectories(work);
    Path java = work.resolve("java");
    link(java);
    String user = only("USER");
    JibContainerBuilder container =
        Jib.fromScratch()
            .setFormat(ImageFormat.Docker)
            .setPlatforms(Set.of(new Platform(architecture(), "linux")))
            .setCreationTime(Instant.EPOCH) // the same input, the same image
            .setUser(user)
            .setWorkingDirectory(AbsoluteUnixPath.get(only("WORKDIR")))
            .setLabels(pairs("LABEL"))
            .setExposedPorts(Ports.parse(List.of(only("EXPOSE"))))
            .setVolumes(
                words(only("VOLUME")).stream()
                    .map(AbsoluteUnixPath::get)
                    .collect(Collectors.toSet()));
    Map<String, String> environment = new LinkedHashMap<>(pairs("ENV"));
    environment.put("PATH", "/opt/java/bin");
    environment.put("JAVA_HOME", "/opt/java");
    container.setEnvironment(environment);
    List<String> entry = words(only("ENTRYPOINT"));
    entry.set(0, "/opt/java/bin/" + entry.get(0));
    container.setEntrypoint(entry);

    container.addFileEntriesLayer(system(java, user));
    container.addFileEntriesLayer(folder("java", java, "/opt/java"));
    // What changes least comes first.
    for (String part : List.of("lib", "quarkus", "app")) {
      container.addFileEntriesLayer(
          folder(part, application.resolve(part), "/deployments/" + part));
    }
    container.addFileEntriesLayer(
        folder("program", application.resolve("quarkus-run.jar"), "/deployments/quarkus-run.jar"));
    container.containerize(
        Containerizer.to(TarImage.at(image).named(NAME + ":" + pairs("LABEL").get(VERSION)))
            .setOfflineMode(true)
            .setBaseImageLayersCache(work.resolve("cache"))
            .setApplicationLayersCache(work.resolve("cache")));
  }

  private static void link(Path java) throws IOException {
    PrintStream said = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    int code =
        ToolProvider.findFirst("jlink")
            .orElseThrow(() -> new IllegalStateException("the JDK has no jlink"))
            .run(
                said,
                said,
                "--add-modules",
                String.join(",", MODULES),
                "--no-header-files",
                "--no-man-pages",
                "--compress=2",
                "--output",
                java.toString());
    if (code != 0) {
      throw new IllegalStateException("jlink ends with " + code);
    }
    // Nothing but java itself can be run.
    Files.delete(java.resolve("lib/jexec"));
    Files.delete(java.resolve("lib/jspawnhelper"));
    try (Stream<Path> programs = Files.list(java.resolve("bin"))) {
      for (Path program : programs.filter(each -> !each.endsWith("java")).toList()) {
        Files.delete(program);
      }
    }
  }

  /** The libraries that the runtime links to, the loader, and who we are. */
  private FileEntriesLayer system(Path java, String user) throws Exception {
    Path etc = Files.createDirectories(work.resolve("etc"));
    String group = user.substring(user.indexOf(':') + 1);
    Files.writeString(etc.resolve("passwd"), "nonroot:x:" + user + "::/data:/sbin/nologin\n");
    Files.writeString(etc.resolve("group"), "nonroot:x:" + group + ":\n");
    Files.writeString(etc.resolve("nsswitch.conf"), "hosts: files dns\n");
    FileEntriesLayer.Builder layer = folder("system", etc, "/etc").toBuilder();
    for (String library : linked(java)) {
      layer.addEntry(
          Path.of(library).toRealPath(),
          AbsoluteUnixPath.get(library),
          FilePermissions.fromOctalString("755"));
    }
    Path empty = Files.createDirectories(work.resolve("empty"));
    layer.addEntry(empty, AbsoluteUnixPath.get("/tmp"), FilePermissions.fromOctalString("777"));
    layer.addEntry(
        empty,
        AbsoluteUnixPath.get("/data"),
        FilePermissions.fromOctalString("750"),
        FileEntriesLayer.DEFAULT_MODIFICATION_TIME,
        user);
    return layer.build();
  }

  private static Set<String> linked(Path java) throws Exception {
    Set<String> libraries = new TreeSet<>();
    List<String> command = new ArrayList<>(List.of("ldd", java.resolve("bin/java").toString()));
    try (Stream<Path> files = Files.walk(java.resolve("lib"))) {
      files
          .filter(file -> file.getFileName().toString().endsWith(".so"))
          .filter(file -> !OF_A_DESKTOP.matcher(file.getFileName().toString()).matches())
          .forEach(file -> command.add(file.toString()));
    }
    ProcessBuilder asking = new ProcessBuilder(command).redirectErrorStream(true);
    asking
        .environment()
        .put("LD_LIBRARY_PATH", java.resolve("lib/server") + ":" + java.resolve("lib"));
    Process ldd = asking.start();
    String said = new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (ldd.waitFor() != 0 || said.contains("not found")) {
      throw new IOException("what the runtime links to is not here: " + said);
    }
    String own = java.toRealPath().toString();
    for (Matcher line = LINKED.matcher(said); line.find(); ) {
      if (!Path.of(line.group(1)).normalize().startsWith(own)) {
        libraries.add(line.group(1));
      }
    }
    return libraries;
  }

  /** All below a folder, or a file, as root's, to be read by everybody. */
  private static FileEntriesLayer folder(String name, Path from, String to) throws IOException {
    return FileEntriesLayer.builder()
        .setName(name)
        .addEntryRecursive(
            from,
            AbsoluteUnixPath.get(to),
            (source, target) ->
                FilePermissions.fromOctalString(Files.isExecutable(source) ? "755" : "644"))
        .build();
  }

  private static String architecture() {
    String machine = System.getProperty("os.arch");
    return machine.equals("aarch64") ? "arm64" : machine;
  }

  private String only(String instruction) {
    return dockerfile.get(instruction).get(0);
  }

  private Map<String, String> pairs(String instruction) {
    return PAIR.matcher(only(instruction))
        .results()
        .collect(Collectors.toMap(pair -> pair.group(1), pair -> pair.group(2)));
  }

  private static List<String> words(String array) {
    return Pattern.compile("\"([^\"]*)\"")
        .matcher(array)
        .results()
        .map(word -> word.group(1))
        .collect(Collectors.toCollection(ArrayList::new));
  }
}
