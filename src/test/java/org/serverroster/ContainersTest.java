package org.serverroster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.serverroster.config.SettingsCheck;

/** What is there for containers, read by the rules that clusters and linters have. */
class ContainersTest {

  private static final Path BASE = Path.of("deploy/kubernetes/base");
  private static final Path EXAMPLE = Path.of("deploy/kubernetes/example");
  private static final Path COMPONENTS = Path.of("deploy/kubernetes/components");
  private static final Path COMPOSE = Path.of("deploy/compose.yaml");

  /** The ways out that optional parts need, and no other. */
  private static final Map<String, Set<Integer>> WAYS_OUT =
      Map.of(
          "events-amqp", Set.of(5671, 5672),
          "events-https", Set.of(443),
          "events-jms", Set.of(61616),
          "events-kafka", Set.of(9092, 9093),
          "notices-xmpp", Set.of(5222),
          "tracing", Set.of(4318));

  /** An orderly stop takes its time. */
  private static final int STOPS_WITHIN_SECONDS = 20;

  /** What else there is to be added. */
  private static final Set<String> ADDITIONS =
      Set.of("monitoring", "secrets-file", "settings-file");

  /** Each object by the model of Kubernetes itself, which knows every field. */
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "ConfigMap", ConfigMap.class,
          "Deployment", Deployment.class,
          "Secret", Secret.class,
          "Service", Service.class,
          "ServiceAccount", ServiceAccount.class,
          "PodDisruptionBudget", PodDisruptionBudget.class,
          "NetworkPolicy", NetworkPolicy.class);

  private static final ObjectMapper PLAIN = new YAMLMapper();
  private static final ObjectMapper STRICT =
      YAMLMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .annotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public Boolean hasAnySetter(Annotated field) {
                  return false; // what the model does not know is a mistake
                }
              })
          .build();

  @Test
  void everyManifestIsWhatKubernetesKnows() throws IOException {
    var kustomization = PLAIN.readTree(BASE.resolve("kustomization.yaml").toFile());
    TreeSet<String> listed = new TreeSet<>();
    kustomization.get("resources").forEach(resource -> listed.add(resource.asText()));
    TreeSet<String> there = new TreeSet<>();
    try (Stream<Path> files = Files.list(BASE)) {
      for (Path file : files.toList()) {
        if (!file.endsWith("kustomization.yaml")) {
          there.add(file.getFileName().toString());
          assertEquals("server-roster", read(file).getMetadata().getName());
        }
      }
    }
    assertEquals(there, listed);
  }

  @Test
  void theOverlayNamesWhatTheBaseRefersTo() throws IOException {
    var overlay = PLAIN.readTree(EXAMPLE.resolve("kustomization.yaml").toFile());
    Container container =
        ((Deployment) read(BASE.resolve("deployment.yaml")))
            .getSpec()
            .getTemplate()
            .getSpec()
            .getContainers()
            .get(0);
    overlay
        .get("resources")
        .forEach(each -> assertEquals(BASE, EXAMPLE.resolve(each.asText()).normalize()));
    assertEquals(container.getImage(), overlay.at("/images/0/name").asText());
    assertEquals(
        container.getEnvFrom().get(0).getConfigMapRef().getName(),
        overlay.at("/configMapGenerator/0/name").asText());
    assertEquals(
        container.getEnvFrom().get(1).getSecretRef().getName(),
        overlay.at("/secretGenerator/0/name").asText());
    String settings = overlay.at("/configMapGenerator/0/envs/0").asText();
    assertTrue(Files.exists(EXAMPLE.resolve(settings)), settings);
    String secrets = overlay.at("/secretGenerator/0/envs/0").asText();
    assertTrue(Files.exists(EXAMPLE.resolve(secrets + ".example")), secrets);
    assertTrue(
        Files.readAllLines(Path.of(".gitignore"))
            .containsAll(
                List.of(
                    "deploy/kubernetes/*/" + secrets, "deploy/kubernetes/*/secrets.properties")),
        "kept out of git");
  }

  /** Policies add up: each lets out what one optional part needs, and closes nothing. */
  @Test
  void whatIsOptionalHasAWayOutOfItsOwn() throws IOException {
    Map<String, String> ours = labels();
    Set<Integer> always = ports((NetworkPolicy) read(BASE.resolve("network-policy.yaml")));
    Set<String> names = new TreeSet<>();
    for (Map.Entry<String, Set<Integer>> way : WAYS_OUT.entrySet()) {
      Path folder = COMPONENTS.resolve(way.getKey());
      NetworkPolicy policy = (NetworkPolicy) read(folder.resolve("network-policy.yaml"));
      assertEquals("server-roster-" + way.getKey(), policy.getMetadata().getName());
      assertEquals(ours, policy.getMetadata().getLabels());
      assertEquals(ours, policy.getSpec().getPodSelector().getMatchLabels());
      assertEquals(List.of("Egress"), policy.getSpec().getPolicyTypes(), way.getKey());
      assertTrue(policy.getSpec().getIngress().isEmpty(), way.getKey());
      assertEquals(way.getValue(), ports(policy), way.getKey());
      way.getValue().forEach(port -> assertFalse(always.contains(port), "always open: " + port));
      names.add(policy.getMetadata().getName());
    }
    assertEquals(WAYS_OUT.size(), names.size());
  }

  @Test
  void theOverlayKnowsEveryComponent() throws IOException {
    Set<String> there = new TreeSet<>(WAYS_OUT.keySet());
    there.addAll(ADDITIONS);
    try (Stream<Path> folders = Files.list(COMPONENTS)) {
      assertEquals(
          there,
          folders
              .map(folder -> folder.getFileName().toString())
              .collect(Collectors.toCollection(TreeSet::new)));
    }
    assertFalse(
        PLAIN.readTree(EXAMPLE.resolve("kustomization.yaml").toFile()).has("components"),
        "nothing is opened that nobody asked for");
    Set<String> listed = new TreeSet<>();
    for (var path : PLAIN.readTree(withEveryComponent()).get("components")) {
      Path folder = EXAMPLE.resolve(path.asText()).normalize();
      assertEquals(COMPONENTS, folder.getParent());
      listed.add(folder.getFileName().toString());
      var component = PLAIN.readTree(folder.resolve("kustomization.yaml").toFile());
      assertEquals("kustomize.config.k8s.io/v1alpha1", component.get("apiVersion").asText());
      assertEquals("Component", component.get("kind").asText());
      Set<String> used = new TreeSet<>(Set.of("kustomization.yaml"));
      component.path("resources").forEach(resource -> used.add(resource.asText()));
      component.path("patches").findValuesAsText("path").forEach(used::add);
      try (Stream<Path> files = Files.list(folder)) {
        assertEquals(
            files
                .map(file -> file.getFileName().toString())
                .collect(Collectors.toCollection(TreeSet::new)),
            used);
      }
    }
    assertEquals(there, listed);
  }

  /** The rules that are tested in one file are those that an operator of Prometheus gets. */
  @Test
  void theAlertsOfTheClusterAreThoseThatAreTested() throws IOException {
    var rule = PLAIN.readTree(COMPONENTS.resolve("monitoring/prometheus-rule.yaml").toFile());
    assertEquals(List.of("apiVersion", "kind", "metadata", "spec"), fields(rule));
    assertEquals("monitoring.coreos.com/v1", rule.get("apiVersion").asText());
    assertEquals("PrometheusRule", rule.get("kind").asText());
    assertEquals(List.of("groups"), fields(rule.get("spec")));
    var tested = PLAIN.readTree(Path.of("deploy/prometheus/server-roster.rules.yaml").toFile());
    assertTrue(tested.get("groups").get(0).get("rules").size() > 5);
    assertEquals(tested.get("groups"), rule.get("spec").get("groups"));
  }

  /** There is no model of it at hand: the fields that we use, as its definition has them. */
  @Test
  void theMonitorFindsTheServiceAndNobodyScrapesTwice() throws IOException {
    var monitor = PLAIN.readTree(COMPONENTS.resolve("monitoring/service-monitor.yaml").toFile());
    assertEquals(List.of("apiVersion", "kind", "metadata", "spec"), fields(monitor));
    assertEquals("monitoring.coreos.com/v1", monitor.get("apiVersion").asText());
    assertEquals("ServiceMonitor", monitor.get("kind").asText());
    assertEquals("server-roster", monitor.at("/metadata/name").asText());
    assertEquals(List.of("endpoints", "selector"), fields(monitor.get("spec")));
    assertEquals(List.of("matchLabels"), fields(monitor.at("/spec/selector")));
    var base = PLAIN.readTree(BASE.resolve("kustomization.yaml").toFile());
    assertEquals(
        base.at("/labels/0/pairs"), monitor.at("/spec/selector/matchLabels"), "of the service");
    assertEquals(1, monitor.at("/spec/endpoints").size());
    var endpoint = monitor.at("/spec/endpoints/0");
    assertEquals(List.of("interval", "path", "port"), fields(endpoint));
    Service service = (Service) read(BASE.resolve("service.yaml"));
    assertEquals(service.getSpec().getPorts().get(0).getName(), endpoint.get("port").asText());
    assertEquals("/q/metrics", endpoint.get("path").asText());
    assertTrue(endpoint.get("interval").asText().matches("\\d+s"));

    Map<String, String> annotations =
        ((Deployment) read(BASE.resolve("deployment.yaml")))
            .getSpec()
            .getTemplate()
            .getMetadata()
            .getAnnotations();
    var component = PLAIN.readTree(COMPONENTS.resolve("monitoring/kustomization.yaml").toFile());
    var taken =
        PLAIN
            .readTree(component.at("/patches/0/patch").asText())
            .at("/spec/template/metadata/annotations");
    assertEquals(List.copyOf(new TreeSet<>(annotations.keySet())), fields(taken));
    taken.forEach(value -> assertTrue(value.isNull(), "taken away"));
  }

  /**
   * The pod is given time: nobody is heard before the migrations are done, and whoever is killed in
   * the middle of one begins anew.
   */
  @Test
  void theProbesAskWhatTheyShould() throws IOException {
    Container container = container();
    var startup = container.getStartupProbe();
    assertEquals("/q/health/started", startup.getHttpGet().getPath());
    assertTrue(startup.getPeriodSeconds() * startup.getFailureThreshold() >= 15 * 60);
    assertEquals("/q/health/live", container.getLivenessProbe().getHttpGet().getPath());
    assertEquals("/q/health/group/web", container.getReadinessProbe().getHttpGet().getPath());
    String port = container.getPorts().get(0).getName();
    Stream.of(startup, container.getLivenessProbe(), container.getReadinessProbe())
        .forEach(probe -> assertEquals(port, probe.getHttpGet().getPort().getStrVal()));
  }

  /** Where the program looks for them is said in {@code Dockerfile.jvm} and by Quarkus. */
  @Test
  void filesAreMountedWhereTheyAreRead() throws IOException {
    String image = Files.readString(Path.of("src/main/docker/Dockerfile.jvm"));
    assertTrue(image.contains("\nWORKDIR /deployments\n"));
    assertTrue(image.contains("ROSTER_DB_URL="), "why it stays in the environment");
    Deployment settings = (Deployment) read(COMPONENTS.resolve("settings-file/deployment.yaml"));
    var mount = container(settings).getVolumeMounts().get(0);
    assertEquals("/deployments/config", mount.getMountPath());
    assertTrue(mount.getReadOnly());
    var volume = settings.getSpec().getTemplate().getSpec().getVolumes().get(0);
    assertEquals(mount.getName(), volume.getName());
    assertEquals("server-roster-file", volume.getConfigMap().getName());

    Deployment secrets = (Deployment) read(COMPONENTS.resolve("secrets-file/deployment.yaml"));
    mount = container(secrets).getVolumeMounts().get(0);
    assertEquals("/deployments/application.properties", mount.getMountPath());
    assertEquals("application.properties", mount.getSubPath());
    assertTrue(mount.getReadOnly());
    volume = secrets.getSpec().getTemplate().getSpec().getVolumes().get(0);
    assertEquals(mount.getName(), volume.getName());
    var inEnvironment = container().getEnvFrom().get(1).getSecretRef();
    assertEquals(inEnvironment.getName(), volume.getSecret().getSecretName());
    var patch = PLAIN.readTree(COMPONENTS.resolve("secrets-file/environment.yaml").toFile());
    assertEquals(2, patch.size());
    String path = "/spec/template/spec/containers/0/envFrom/1";
    assertEquals("test", patch.at("/0/op").asText());
    assertEquals(path + "/secretRef/name", patch.at("/0/path").asText());
    assertEquals(inEnvironment.getName(), patch.at("/0/value").asText());
    assertEquals("remove", patch.at("/1/op").asText());
    assertEquals(path, patch.at("/1/path").asText());
  }

  /** By Kustomize itself, where there is one: the overlay as it is, and with all that it names. */
  @Test
  void kustomizeMakesOfItWhatIsMeant(@TempDir Path folder) throws Exception {
    assumeTrue(thereIsKustomize(), "needs kubectl");
    Path root = Path.of("deploy/kubernetes");
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = folder.resolve(root.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    Path example = folder.resolve("example");
    Files.writeString(example.resolve("secrets.env"), "ROSTER_XMPP_SECRET=a-secret-of-16b\n");
    Files.writeString(example.resolve("secrets.properties"), "roster.xmpp.secret=a-secret\n");
    Files.writeString(example.resolve("application.properties"), "roster.log.format=json\n");

    Map<String, HasMetadata> plain = kustomized(example);
    Container container = container((Deployment) plain.get("Deployment/server-roster"));
    String environment = container.getEnvFrom().get(0).getConfigMapRef().getName();
    assertTrue(plain.containsKey("ConfigMap/" + environment), environment);
    assertTrue(
        plain.containsKey("Secret/" + container.getEnvFrom().get(1).getSecretRef().getName()));
    assertEquals("registry.example.org/server-roster:" + version(), container.getImage());
    assertEquals(
        Set.of("server-roster"), names(plain, "NetworkPolicy/"), "nothing more than the base's");

    Files.writeString(
        example.resolve("kustomization.yaml"),
        withEveryComponent()
            .replace("envs: [secrets.env]", "files: [application.properties=secrets.properties]")
            .replace(
                "secretGenerator:",
                "  - name: server-roster-file\n    files: [application.properties]\nsecretGenerator:"));
    Map<String, HasMetadata> all = kustomized(example);
    Deployment deployment = (Deployment) all.get("Deployment/server-roster");
    container = container(deployment);
    assertEquals(1, container.getEnvFrom().size(), "no secret in the environment");
    assertEquals(environment, container.getEnvFrom().get(0).getConfigMapRef().getName());
    var pod = deployment.getSpec().getTemplate();
    assertEquals(Map.of(), pod.getMetadata().getAnnotations());
    Map<String, String> files = new HashMap<>();
    for (var volume : pod.getSpec().getVolumes()) {
      if (volume.getConfigMap() != null) {
        files.put(volume.getName(), "ConfigMap/" + volume.getConfigMap().getName());
      } else if (volume.getSecret() != null) {
        files.put(volume.getName(), "Secret/" + volume.getSecret().getSecretName());
      }
    }
    assertEquals(Set.of("settings", "secrets"), files.keySet());
    files.values().forEach(file -> assertTrue(all.containsKey(file), file));
    assertEquals(
        Set.of("/data", "/deployments/application.properties", "/deployments/config", "/tmp"),
        container.getVolumeMounts().stream()
            .map(mount -> mount.getMountPath())
            .collect(Collectors.toSet()));
    assertEquals(WAYS_OUT.size() + 1, names(all, "NetworkPolicy/").size());
    assertTrue(all.containsKey("ServiceMonitor/server-roster"));
    assertTrue(all.containsKey("PrometheusRule/server-roster"));
    all.forEach((name, each) -> assertEquals("xmpp", each.getMetadata().getNamespace(), name));
  }

  /**
   * An empty selector is one of every pod of the namespace, those of PostgreSQL and Prosody too.
   */
  @Test
  void whatSelectsPodsSelectsOurs() throws IOException {
    Deployment deployment = (Deployment) read(BASE.resolve("deployment.yaml"));
    Map<String, String> ours = deployment.getSpec().getTemplate().getMetadata().getLabels();
    assertEquals(Map.of("app.kubernetes.io/name", "server-roster"), ours);
    assertEquals(ours, deployment.getSpec().getSelector().getMatchLabels());
    Service service = (Service) read(BASE.resolve("service.yaml"));
    assertEquals(ours, service.getSpec().getSelector());
    NetworkPolicy policy = (NetworkPolicy) read(BASE.resolve("network-policy.yaml"));
    assertEquals(ours, policy.getSpec().getPodSelector().getMatchLabels());
    PodDisruptionBudget budget =
        (PodDisruptionBudget) read(BASE.resolve("pod-disruption-budget.yaml"));
    assertEquals(ours, budget.getSpec().getSelector().getMatchLabels());
  }

  @Test
  void aFieldThatKubernetesDoesNotKnowIsFound() throws IOException {
    String text = Files.readString(BASE.resolve("deployment.yaml"));
    assertThrows(
        IOException.class,
        () ->
            STRICT.readValue(
                text.replace("readOnlyRootFilesystem", "readonlyRootFilesystem"),
                Deployment.class));
  }

  @Test
  void thePodIsAllowedWhereTheRestrictedStandardHolds() throws IOException {
    var pod = ((Deployment) read(BASE.resolve("deployment.yaml"))).getSpec().getTemplate();
    var spec = pod.getSpec();
    assertTrue(spec.getSecurityContext().getRunAsNonRoot());
    assertEquals("RuntimeDefault", spec.getSecurityContext().getSeccompProfile().getType());
    assertNull(spec.getHostNetwork());
    assertFalse(spec.getAutomountServiceAccountToken());
    Container container = spec.getContainers().get(0);
    var context = container.getSecurityContext();
    assertFalse(context.getAllowPrivilegeEscalation());
    assertTrue(context.getReadOnlyRootFilesystem());
    assertEquals(List.of("ALL"), context.getCapabilities().getDrop());
    assertTrue(
        container.getLivenessProbe() != null
            && container.getReadinessProbe() != null
            && container.getStartupProbe() != null);
    assertTrue(container.getResources().getLimits().containsKey("memory"));
    assertTrue(spec.getVolumes().stream().allMatch(volume -> volume.getEmptyDir() != null));
  }

  /**
   * A Service named roster-db would be ROSTER_DB_SERVICE_HOST ..., which are no settings of ours.
   */
  @Test
  void thePodIsToldOfNoServices() throws IOException {
    assertEquals(false, pod().getEnableServiceLinks());
  }

  /** Whoever is ending is asked until every node knows, and is given time for an orderly stop. */
  @Test
  void thePodEndsOnceNobodyIsSentToIt() throws IOException {
    long sleeps = container().getLifecycle().getPreStop().getSleep().getSeconds();
    assertTrue(sleeps >= 5, "until the endpoints have gone round");
    assertTrue(pod().getTerminationGracePeriodSeconds() > sleeps + STOPS_WITHIN_SECONDS);
    String compose =
        PLAIN
            .readTree(COMPOSE.toFile())
            .at("/services/server-roster/stop_grace_period")
            .asText()
            .replace("s", "");
    assertTrue(Integer.parseInt(compose) > STOPS_WITHIN_SECONDS, compose);
  }

  @Test
  void theExamplesSettingsStartTheProgram() throws IOException {
    Map<String, String> environment = new HashMap<>();
    for (String file : List.of("settings.env", "secrets.env.example")) {
      for (String line : Files.readAllLines(EXAMPLE.resolve(file))) {
        if (!line.startsWith("#") && line.contains("=")) {
          String value = line.substring(line.indexOf('=') + 1);
          environment.put(
              line.substring(0, line.indexOf('=')), value.isEmpty() ? "a-secret-of-16b" : value);
        }
      }
    }
    sensible(environment);
    assertTrue(
        Files.readAllLines(EXAMPLE.resolve("secrets.env.example")).stream()
            .allMatch(line -> line.startsWith("#") || line.endsWith("=")),
        "no secret in git");
  }

  @Test
  void composeStartsTheProgramAndGivesItNothingThatItNeedNotHave() throws IOException {
    var services = PLAIN.readTree(COMPOSE.toFile()).get("services");
    Map<String, String> environment = new HashMap<>();
    services
        .get("server-roster")
        .get("environment")
        .properties()
        .forEach(
            entry ->
                environment.put(
                    entry.getKey(),
                    entry.getValue().asText().replaceAll("\\$\\{[^}]*}", "a-secret-of-16b")));
    sensible(environment);
    var roster = services.get("server-roster");
    assertTrue(roster.get("read_only").asBoolean());
    assertEquals("ALL", roster.get("cap_drop").get(0).asText());
    for (var service : services) {
      for (var port : service.path("ports")) {
        assertTrue(
            port.asText().startsWith("127.0.0.1:") || port.asText().equals("5269:5269"),
            "only the servers of others come from outside: " + port);
      }
      String image = service.get("image").asText();
      assertTrue(image.contains(":") && !image.endsWith(":latest"), image);
      service
          .path("volumes")
          .forEach(
              volume -> {
                String from = volume.asText().split(":")[0];
                assertTrue(
                    !from.startsWith(".") || Files.exists(Path.of("deploy").resolve(from)), from);
              });
    }
  }

  /** An engine begins with nobody after a reboot who is to be started after a failure alone. */
  @Test
  void composeStartsEachAgainAfterAReboot() throws IOException {
    for (var service : PLAIN.readTree(COMPOSE.toFile()).get("services").properties()) {
      assertEquals("unless-stopped", service.getValue().get("restart").asText(), service.getKey());
    }
  }

  /** As its Dockerfile would, and what the image writes it may write. */
  @Test
  void composeWatchesTheProgram() throws IOException {
    var roster = PLAIN.readTree(COMPOSE.toFile()).get("services").get("server-roster");
    String image = Files.readString(Path.of("src/main/docker/Dockerfile.jvm"));
    var check = roster.get("healthcheck");
    var line =
        Pattern.compile(
                "HEALTHCHECK --interval=(\\w+) --timeout=(\\w+) --start-period=(\\w+) +CMD (\\[.*])")
            .matcher(image.replace("\\\n", ""));
    assertTrue(line.find());
    assertEquals(line.group(1), check.get("interval").asText());
    assertEquals(line.group(2), check.get("timeout").asText());
    assertEquals(line.group(3), check.get("start_period").asText());
    var words = PLAIN.createArrayNode().add("CMD");
    PLAIN.readTree(line.group(4)).forEach(words::add);
    assertEquals(words, check.get("test"));
    String user = user(image);
    String owner = "uid=" + user.replace(":", ",gid=");
    String data =
        StreamSupport.stream(roster.get("tmpfs").spliterator(), false)
            .map(each -> each.asText())
            .filter(each -> each.startsWith("/data:"))
            .findFirst()
            .orElseThrow();
    assertTrue(data.contains(owner) && data.contains("mode=0750"), data);
  }

  /** What is built, by an engine or by {@code bin/image}, is what is started. */
  @Test
  void theImageHasOneName() throws IOException {
    String name = "server-roster:" + version();
    for (Path file : List.of(COMPOSE, Path.of("src/main/docker/Dockerfile.jvm"))) {
      assertTrue(
          Files.readString(file)
              .contains("docker build -f src/main/docker/Dockerfile.jvm -t " + name + " .\n"),
          file.toString());
    }
    var compose = PLAIN.readTree(COMPOSE.toFile());
    assertEquals(name, compose.at("/services/server-roster/image").asText());
    var overlay = PLAIN.readTree(EXAMPLE.resolve("kustomization.yaml").toFile());
    assertEquals(version(), overlay.at("/images/0/newTag").asText());
  }

  @ParameterizedTest
  @ValueSource(strings = {"jvm", "native"})
  void anImageHasNoRootNoShellAndNoSecret(String kind) throws IOException {
    String file = Files.readString(Path.of("src/main/docker/Dockerfile." + kind));
    List<String> lines = file.replace("\\\n", " ").lines().filter(l -> !l.startsWith("#")).toList();
    assertTrue(lines.stream().anyMatch(line -> line.matches("FROM \\S+:(?!latest)\\S+")));
    assertEquals(
        "USER 65532:65532",
        lines.stream().filter(line -> line.startsWith("USER")).reduce((a, b) -> b).orElseThrow());
    for (String line : lines) {
      assertFalse(line.matches("(RUN|ADD|SHELL) .*"), "there is no shell: " + line);
      if (line.matches("(CMD|ENTRYPOINT|HEALTHCHECK) .*")) {
        assertTrue(Pattern.compile("\\[\"[^\\]]*]\\s*$").matcher(line).find(), "no shell: " + line);
      }
      assertFalse(line.matches("(?i)ENV .*(secret|password|token).*"), line);
      assertFalse(
          line.matches("ENV .*JAVA.*"), "the JVM would say so, in no line of JSON: " + line);
    }
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("HEALTHCHECK ")));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("LABEL org.opencontainers.image.")));
    assertTrue(file.contains("org.opencontainers.image.version=\"" + version() + "\""));
  }

  /** A volume over nothing would belong to root, and the embedded database could not begin. */
  @ParameterizedTest
  @ValueSource(strings = {"jvm", "native"})
  void theFolderOfTheDatabaseIsOurs(String kind) throws IOException {
    String file = Files.readString(Path.of("src/main/docker/Dockerfile." + kind));
    var copy = Pattern.compile("\nCOPY --chown=(\\S+) (\\S+)/ /data/\n").matcher(file);
    assertTrue(copy.find());
    assertEquals(user(file), copy.group(1));
    assertTrue(copy.start() < file.indexOf("\nVOLUME"), "what comes later is not in the volume");
    assertTrue(Files.isDirectory(Path.of(copy.group(2))), copy.group(2));
    assertTrue(
        Files.readAllLines(Path.of(".dockerignore")).contains("!" + copy.group(2)),
        "the engine gets to see it");
  }

  private static HasMetadata read(Path file) throws IOException {
    return read(PLAIN.readTree(file.toFile()));
  }

  private static HasMetadata read(JsonNode tree) throws IOException {
    HasMetadata object = STRICT.treeToValue(tree, KINDS.get(tree.get("kind").asText()));
    assertEquals(tree.get("apiVersion").asText(), object.getApiVersion());
    return object;
  }

  private static PodSpec pod() throws IOException {
    return ((Deployment) read(BASE.resolve("deployment.yaml"))).getSpec().getTemplate().getSpec();
  }

  private static Container container() throws IOException {
    return container((Deployment) read(BASE.resolve("deployment.yaml")));
  }

  private static Container container(Deployment deployment) {
    return deployment.getSpec().getTemplate().getSpec().getContainers().get(0);
  }

  private static Map<String, String> labels() throws IOException {
    Deployment deployment = (Deployment) read(BASE.resolve("deployment.yaml"));
    return deployment.getSpec().getTemplate().getMetadata().getLabels();
  }

  private static Set<Integer> ports(NetworkPolicy policy) {
    return policy.getSpec().getEgress().stream()
        .flatMap(rule -> rule.getPorts().stream())
        .map(port -> port.getPort().getIntVal())
        .collect(Collectors.toSet());
  }

  private static List<String> fields(JsonNode object) {
    TreeSet<String> names = new TreeSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return List.copyOf(names);
  }

  /** The overlay when its comment is taken off the components. */
  private static String withEveryComponent() throws IOException {
    return Files.readString(EXAMPLE.resolve("kustomization.yaml"))
        .replace("#components:", "components:")
        .replace("#  - ", "  - ");
  }

  private static boolean thereIsKustomize() throws InterruptedException {
    try {
      return new ProcessBuilder("kubectl", "kustomize", "--help")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }

  /** What would be applied, by kind and name. */
  private static Map<String, HasMetadata> kustomized(Path overlay) throws Exception {
    Process kustomize =
        new ProcessBuilder("kubectl", "kustomize", overlay.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Map<String, HasMetadata> objects = new TreeMap<>();
    try (var trees =
        PLAIN.readerFor(JsonNode.class).<JsonNode>readValues(kustomize.getInputStream())) {
      while (trees.hasNext()) {
        JsonNode tree = trees.next();
        String kind = tree.get("kind").asText();
        HasMetadata object =
            KINDS.containsKey(kind)
                ? read(tree)
                : PLAIN.treeToValue(tree, GenericKubernetesResource.class);
        objects.put(kind + "/" + object.getMetadata().getName(), object);
      }
    }
    assertEquals(0, kustomize.waitFor());
    return objects;
  }

  private static Set<String> names(Map<String, HasMetadata> objects, String kind) {
    return objects.keySet().stream()
        .filter(name -> name.startsWith(kind))
        .map(name -> name.substring(kind.length()))
        .collect(Collectors.toSet());
  }

  private static String user(String dockerfile) {
    var user = Pattern.compile("\nUSER (\\S+)\n").matcher(dockerfile);
    assertTrue(user.find());
    return user.group(1);
  }

  /** The version that is built, or will be. */
  private static String version() throws IOException {
    var version =
        Pattern.compile("<artifactId>server-roster</artifactId>\\s*<version>([^<-]+)")
            .matcher(Files.readString(Path.of("pom.xml")));
    assertTrue(version.find());
    return version.group(1);
  }

  /** The environment by the rule of MicroProfile Config, as far as our names need it. */
  private static void sensible(Map<String, String> environment) {
    Map<String, String> settings = new HashMap<>();
    environment.forEach(
        (name, value) ->
            settings.put(name.toLowerCase(java.util.Locale.ROOT).replace('_', '.'), value));
    settings.put("roster.base-url", settings.remove("roster.base.url"));
    assertEquals(
        List.of(),
        new SettingsCheck(settings.keySet(), key -> Optional.ofNullable(settings.get(key)))
            .problems());
  }
}
