package org.serverroster.image;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.serverroster.lab.FreePort;
import org.serverroster.xmpp.ScriptedXmppServer;

/**
 * The image of {@code bin/image}: what it says of itself, what is in it, and that it runs, alone on
 * a file system that it may not write, as nobody in particular.
 */
class ImageIT {

  private static final Path APPLICATION = Path.of("target", "quarkus-app");
  private static final Path DOCKERFILE = Path.of("src/main/docker/Dockerfile.jvm");

  @TempDir static Path folder;

  private static final Map<String, byte[]> archive = new HashMap<>();
  private static JsonNode image;
  private static JsonNode configuration;

  @BeforeAll
  static void makeImage() throws Exception {
    Path file = folder.resolve("image.tar");
    new ImageBuilder(folder.resolve("work"), APPLICATION, DOCKERFILE).build(file);
    try (TarArchiveInputStream tar = new TarArchiveInputStream(Files.newInputStream(file))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        archive.put(entry.getName(), tar.readAllBytes());
      }
    }
    ObjectMapper json = new ObjectMapper();
    image = json.readTree(archive.get("manifest.json")).get(0);
    configuration = json.readTree(archive.get(image.get("Config").asText()));
  }

  @Test
  void itSaysOfItselfWhatTheDockerfileSays() {
    JsonNode config = configuration.get("config");
    assertEquals("65532:65532", config.get("User").asText());
    assertEquals("/deployments", config.get("WorkingDir").asText());
    assertEquals(
        List.of(
            "/opt/java/bin/java",
            "-XX:MaxRAMPercentage=50",
            "-XX:+ExitOnOutOfMemoryError",
            "-jar",
            "/deployments/quarkus-run.jar"),
        texts(config.get("Entrypoint")));
    assertEquals(
        "Server Roster", config.get("Labels").get("org.opencontainers.image.title").asText());
    assertEquals(
        "Apache-2.0", config.get("Labels").get("org.opencontainers.image.licenses").asText());
    assertTrue(config.get("ExposedPorts").has("8080/tcp"), config::toString);
    assertTrue(config.get("Volumes").has("/data"), config::toString);
    assertTrue(config.get("Volumes").has("/tmp"), config::toString);
    Map<String, String> environment = environment();
    assertEquals("jdbc:h2:file:/data/server-roster", environment.get("ROSTER_DB_URL"));
    assertFalse(environment.containsKey("JAVA_TOOL_OPTIONS"), environment::toString);
    assertEquals("1970-01-01T00:00:00Z", configuration.get("created").asText());
    assertEquals("linux", configuration.get("os").asText());
    assertEquals(
        "server-roster:" + config.get("Labels").get(ImageBuilder.VERSION).asText(),
        image.get("RepoTags").get(0).asText());
  }

  @Test
  void nothingIsInItThatIsNotNeeded() throws IOException {
    Map<String, TarArchiveEntry> files = new TreeMap<>();
    for (JsonNode layer : image.get("Layers")) {
      read(layer, (entry, content) -> files.put(entry.getName(), entry));
    }
    TreeSet<String> programs = new TreeSet<>();
    for (Map.Entry<String, TarArchiveEntry> file : files.entrySet()) {
      String name = file.getKey();
      TarArchiveEntry entry = file.getValue();
      int mode = entry.getMode();
      assertEquals(0, mode & 06000, "setuid: " + name);
      assertTrue(name.startsWith("tmp") || (mode & 02) == 0, "everybody may write: " + name);
      boolean data = name.startsWith("data");
      assertEquals(data ? 65532 : 0, entry.getLongUserId(), "whose it is: " + name);
      if (entry.isFile() && (mode & 0100) != 0 && !name.matches(".*\\.so(\\.\\d+)*$")) {
        programs.add(name);
      }
      String base = name.substring(name.lastIndexOf('/') + 1);
      assertFalse(base.matches("application.*\\.properties|.*\\.(key|p12|jks|env)"), name);
    }
    assertEquals(Set.of("opt/java/bin/java"), programs, "no shell, no package manager");
    assertFalse(configuration.toString().contains(Path.of("").toAbsolutePath().toString()));
    assertFalse(configuration.toString().matches("(?si).*(secret|password)[^\"]*=.*"));
  }

  @Test
  void itRunsWhereNothingCanBeWrittenButDataAndTmp() throws Exception {
    Path root = unpacked();
    assumeTrue(mayMount(), "needs root: namespaces and mounts of its own");
    int port = FreePort.next();
    try (ScriptedXmppServer xmpp = ScriptedXmppServer.start("roster.capulet.lit", "s3cret")) {
      Map<String, String> settings = environment();
      settings.put("ROSTER_XMPP_HOST", xmpp.host());
      settings.put("ROSTER_XMPP_PORT", Integer.toString(xmpp.port()));
      // Where deploy/kubernetes/components mounts them.
      Path files = Files.createDirectories(root.resolve("deployments/config"));
      Files.writeString(
          files.resolve("application.properties"),
          """
          roster.xmpp.component=roster.capulet.lit
          roster.domains=capulet.lit
          roster.admins.mail=nurse@capulet.lit
          roster.base-url=https://roster.example
          roster.log.format=json
          """);
      Files.writeString(
          root.resolve("deployments/application.properties"),
          """
          roster.xmpp.secret=s3cret
          roster.admin.password=wherefore-art-thou
          """);
      settings.put("QUARKUS_HTTP_HOST", "127.0.0.1");
      settings.put("QUARKUS_HTTP_PORT", Integer.toString(port));
      Path log = folder.resolve("container.log");
      Process container = run(root, settings, texts(entryPoint()), log);
      try {
        await()
            .atMost(Duration.ofSeconds(90))
            .pollInterval(Duration.ofMillis(200))
            .until(() -> !container.isAlive() || status(port) == 200);
        assertEquals(200, container.isAlive() ? status(port) : 0, Files.readString(log));
        for (String line : Files.readAllLines(log)) {
          assertTrue(line.startsWith("{") && line.endsWith("}"), line);
        }
        xmpp.awaitStream();
        Process probe = run(root, settings, healthCheck(), folder.resolve("probe.log"));
        assertTrue(probe.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, probe.exitValue(), Files.readString(folder.resolve("probe.log")));
        ProcessHandle program =
            container.descendants().reduce((above, below) -> below).orElseThrow();
        String who = Files.readString(Path.of("/proc", Long.toString(program.pid()), "status"));
        assertTrue(who.contains("Uid:\t65532\t65532\t65532\t65532"), who);
        assertTrue(who.matches("(?s).*CapEff:\\s0+\\n.*"), who);
      } finally {
        // What changes its user is not killed with its parent.
        List<ProcessHandle> all = container.descendants().toList();
        all.forEach(ProcessHandle::destroyForcibly);
        container.destroyForcibly().waitFor();
        for (ProcessHandle each : all) {
          each.onExit().get(30, TimeUnit.SECONDS);
        }
      }
    }
  }

  /** The one of the compose file, which this image cannot bring itself. */
  private static List<String> healthCheck() throws IOException {
    List<String> words =
        texts(
            new YAMLMapper()
                .readTree(Path.of("deploy/compose.yaml").toFile())
                .at("/services/server-roster/healthcheck/test"));
    assertEquals("CMD", words.get(0));
    return words.subList(1, words.size());
  }

  private static JsonNode entryPoint() {
    return configuration.get("config").get("Entrypoint");
  }

  /** In namespaces of its own, so that the mounts and all processes end with it. */
  private static Process run(
      Path root, Map<String, String> environment, List<String> entry, Path log) throws IOException {
    for (String mount : List.of("proc", "dev", "data", "tmp")) {
      Files.createDirectories(root.resolve(mount));
    }
    List<String> command =
        new ArrayList<>(List.of("unshare", "--mount", "--pid", "--fork", "--kill-child"));
    command.addAll(
        List.of(
            "sh",
            "-ec",
            """
            root=$1; shift
            mount --bind "$root" "$root"
            mount -t proc proc "$root/proc"
            mount --bind /dev "$root/dev"
            mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
            mount -t tmpfs -o uid=65532,gid=65532,mode=750 tmpfs "$root/data"
            mount -o remount,bind,ro "$root"
            exec env -i "$@"
            """,
            "container",
            root.toString()));
    environment.forEach((name, value) -> command.add(name + "=" + value));
    String where = configuration.get("config").get("WorkingDir").asText();
    command.addAll(List.of("/usr/bin/unshare", "--root=" + root, "--wd=" + where));
    command.addAll(List.of("--setgid=65532", "--setuid=65532", "--"));
    command.addAll(entry);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  private static boolean mayMount() throws Exception {
    Process trying =
        new ProcessBuilder(
                "unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "x", "/mnt")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return trying.waitFor() == 0;
  }

  private static Path unpacked() throws IOException {
    Path root = folder.resolve("root");
    Files.createDirectories(root);
    for (JsonNode layer : image.get("Layers")) {
      read(
          layer,
          (entry, content) -> {
            Path target = root.resolve(entry.getName()).normalize();
            assertTrue(target.startsWith(root), entry.getName());
            if (entry.isDirectory()) {
              Files.createDirectories(target);
            } else {
              Files.createDirectories(target.getParent());
              Files.write(target, content);
            }
            String mode = (entry.getMode() & 0100) != 0 ? "rwxr-xr-x" : "rw-r--r--";
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(mode));
          });
    }
    return root;
  }

  private interface Reader {
    void take(TarArchiveEntry entry, byte[] content) throws IOException;
  }

  private static void read(JsonNode layer, Reader reader) throws IOException {
    InputStream packed = new ByteArrayInputStream(archive.get(layer.asText()));
    try (TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(packed))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        reader.take(entry, tar.readAllBytes());
      }
    }
  }

  private static int status(int port) throws IOException {
    var connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + port + "/q/health/ready").toURL().openConnection();
    try {
      return connection.getResponseCode();
    } catch (IOException e) {
      return 0; // not yet
    } finally {
      connection.disconnect();
    }
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    for (String pair : texts(configuration.get("config").get("Env"))) {
      environment.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    return environment;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
