package org.serverroster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
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
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.serverroster.config.SettingsCheck;

/** What is there for containers, read by the rules that clusters and linters have. */
class ContainersTest {

  private static final Path BASE = Path.of("deploy/kubernetes/base");
  private static final Path EXAMPLE = Path.of("deploy/kubernetes/example");

  /** Each object by the model of Kubernetes itself, which knows every field. */
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "Deployment", Deployment.class,
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
        Files.readAllLines(Path.of(".gitignore")).contains("deploy/kubernetes/*/" + secrets),
        "kept out of git");
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
    assertTrue(spec.getTerminationGracePeriodSeconds() > 20, "an orderly stop takes its time");
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
    var services = PLAIN.readTree(Path.of("deploy/compose.yaml").toFile()).get("services");
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
    }
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("HEALTHCHECK ")));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("LABEL org.opencontainers.image.")));
  }

  private static HasMetadata read(Path file) throws IOException {
    String kind = PLAIN.readTree(file.toFile()).get("kind").asText();
    HasMetadata object = STRICT.readValue(file.toFile(), KINDS.get(kind));
    assertEquals(PLAIN.readTree(file.toFile()).get("apiVersion").asText(), object.getApiVersion());
    return object;
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
