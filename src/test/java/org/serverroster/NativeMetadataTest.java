package org.serverroster;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.opentelemetry.exporter.sender.jdk.internal.JdkHttpSenderProvider;
import jakarta.inject.Named;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.crypto.Mac;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.component.xmpp.XmppComponent;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.jivesoftware.smack.SmackConfiguration;
import org.junit.jupiter.api.Test;

/**
 * What a native binary must know beforehand: it sees no class and no resource that is named in a
 * text only. Compared here with the texts: Smack's own lists, and our routes.
 */
class NativeMetadataTest {

  private static final String METADATA = "META-INF/native-image/org.serverroster/server-roster/";
  private static final List<String> SMACK =
      List.of(
          "org.jivesoftware.smack/smack-config.xml",
          "org.jivesoftware.smack.extensions/extensions.xml",
          "org.jivesoftware.smack.extensions/extensions.providers",
          "org.jivesoftware.smack.im/smackim.xml",
          "org.jivesoftware.smack.im/smackim.providers",
          "org.jivesoftware.smack.tcp/smacktcp.providers");
  private static final String QPID = "META-INF/services/org/apache/qpid/jms/";
  private static final Pattern CLASS_NAME =
      Pattern.compile("<className>\\s*([\\w.$]+)\\s*</className>");
  private static final Pattern BEAN = Pattern.compile("ref: \"?#?(\\w+)");
  private static final Pattern ASKED =
      Pattern.compile("\\$\\{(?:body|header\\.\\w+|exchangeProperty\\.\\w+)\\.(\\w+)");
  private static final Pattern EXCEPTION = Pattern.compile("org\\.serverroster[\\w.]*Exception");

  @Test
  void smacksProvidersAndInitialisersCanBeMade() throws IOException {
    Set<String> named = new TreeSet<>();
    for (String list : SMACK) {
      find(CLASS_NAME, text(list)).filter(NativeMetadataTest::exists).forEach(named::add);
    }
    assertTrue(named.size() > 100, named::toString);
    assertEquals(Set.of(), without(named, reflective("methods")));
  }

  @Test
  void smacksListsAreAllOfThem() throws IOException {
    String jar =
        SmackConfiguration.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    Set<String> found = new TreeSet<>();
    try (Stream<Path> versions = Files.walk(Path.of(jar).getParent().getParent().getParent())) {
      for (Path other : versions.filter(file -> onClassPath(file.toString())).toList()) {
        try (var zip = new ZipFile(other.toFile())) {
          zip.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.matches("org\\.jivesoftware.*\\.(providers|xml)"))
              .forEach(found::add);
        }
      }
    }
    assertEquals(new TreeSet<>(SMACK), found);
  }

  private static boolean onClassPath(String file) {
    return file.endsWith(".jar") && System.getProperty("java.class.path").contains(file);
  }

  @Test
  void theBeansOfTheRoutesCanBeCalled() throws IOException {
    Set<String> wanted = find(BEAN, routes()).collect(Collectors.toSet());
    wanted.remove("PROPAGATION_REQUIRED"); // Camel's own
    JavaClasses ours = new ClassFileImporter().importPath("target/classes");
    Set<String> types = new TreeSet<>();
    Set<String> found = new TreeSet<>();
    for (JavaClass type : ours) {
      if (type.isAnnotatedWith(Named.class)
          && wanted.contains(type.getAnnotationOfType(Named.class).value())) {
        found.add(type.getAnnotationOfType(Named.class).value());
        types.add(type.getName());
      }
      type.getMethods().stream()
          .filter(method -> method.isAnnotatedWith(Named.class))
          .filter(method -> wanted.contains(method.getAnnotationOfType(Named.class).value()))
          .forEach(
              method -> {
                found.add(method.getAnnotationOfType(Named.class).value());
                types.add(method.getRawReturnType().getName());
              });
    }
    assertEquals(wanted, found, "the beans that the routes name");
    assertEquals(Set.of(), without(types, reflective("allPublicMethods")));
  }

  /** Of the JDK's types a binary knows no method by its name: not even how long a list is. */
  @Test
  void whatExpressionsAskForIsAskedOfTypesOfOurs() throws IOException {
    Set<String> asked = find(ASKED, routes()).collect(Collectors.toCollection(TreeSet::new));
    assertTrue(asked.contains("messageId"), asked::toString);
    Set<String> registered = reflective("allPublicMethods");
    Set<String> known = new TreeSet<>();
    for (JavaClass type : new ClassFileImporter().importPath("target/classes")) {
      if (registered.contains(type.getName())) {
        type.getMethods().forEach(method -> known.add(method.getName()));
      }
    }
    assertEquals(Set.of(), without(asked, known));
  }

  /** Qpid finds its transports, providers and mechanisms by files that name a class. */
  @Test
  void whatQpidFindsByNameCanBeMade() throws IOException {
    Set<String> named = new TreeSet<>();
    try (ZipFile jar = new ZipFile(new File(jar(JmsConnectionFactory.class).getPath()))) {
      for (ZipEntry entry :
          jar.stream().filter(e -> e.getName().startsWith(QPID) && !e.isDirectory()).toList()) {
        Properties file = new Properties();
        file.load(jar.getInputStream(entry));
        named.add(file.getProperty("class"));
      }
    }
    named.removeIf(name -> name.contains(".opentracing.")); // for a library that is not there
    assertTrue(named.size() > 10, named::toString);
    assertEquals(Set.of(), without(named, reflective("methods")));
  }

  @Test
  void aBinaryIsTestedByAllThatQuarkusStarts() throws IOException {
    Set<String> started = new TreeSet<>();
    try (Stream<Path> tests = Files.walk(Path.of("src/test/java"))) {
      for (Path test : tests.filter(file -> file.toString().endsWith("IT.java")).toList()) {
        if (Files.readString(test).contains("@QuarkusIntegrationTest")) {
          started.add(Path.of("src/test/java").relativize(test).toString());
        }
      }
    }
    Set<String> run =
        find(
                Pattern.compile("<include>(org/serverroster/\\w+/\\w+IT.java)"),
                Files.readString(Path.of("pom.xml")))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(started.size() > 4, started::toString);
    assertEquals(started, run, "pom.xml, the profile native");
  }

  @Test
  void theExceptionsOfTheRoutesCanBeMade() throws IOException {
    Set<String> named = find(EXCEPTION, routes()).collect(Collectors.toCollection(TreeSet::new));
    assertTrue(named.size() > 2, named::toString);
    assertEquals(Set.of(), without(named, reflective("allDeclaredConstructors")));
  }

  @Test
  void whatIsRegisteredIsThere() throws IOException {
    for (JsonNode entry : json("reflect-config.json")) {
      assertTrue(exists(entry.get("name").asText()), entry.get("name").asText());
    }
  }

  @Test
  void theResourcesThatAreReadAreInTheBinary() throws IOException {
    List<Pattern> included =
        StreamSupport.stream(
                json("resource-config.json").get("resources").get("includes").spliterator(), false)
            .map(pattern -> Pattern.compile(pattern.get("pattern").asText()))
            .toList();
    Stream<String> read =
        Stream.concat(
            SMACK.stream(),
            Stream.of(
                "org.jivesoftware.smack/version",
                "org.minidns/version",
                "META-INF/services/org.xmlpull.v1.XmlPullParserFactory",
                "db/schema.txt",
                "events/roster.changed.v1.schema.json",
                "META-INF/services/org/apache/qpid/jms/transports/ssl",
                "com/ibm/icu/impl/data/icudata/rfc3920node.spp",
                "routes/deliver.yaml"));
    read.forEach(
        name -> {
          assertTrue(
              Thread.currentThread().getContextClassLoader().getResource(name) != null, name);
          assertTrue(included.stream().anyMatch(pattern -> pattern.matcher(name).matches()), name);
        });
  }

  /** What is made while the binary is built is the same in each that runs: no place for chance. */
  @Test
  void nothingThatIsMadeAtBuildTimeHoldsChanceAThreadOrASocket() throws IOException {
    Properties settings = new Properties();
    try (InputStream file =
        NativeMetadataTest.class.getResourceAsStream("/application.properties")) {
      settings.load(file);
    }
    String argument = settings.getProperty("quarkus.native.additional-build-args");
    assertTrue(argument.startsWith("--initialize-at-run-time="), argument);
    List<String> atRunTime = List.of(argument.replaceFirst(".*=", "").split("\\\\?,"));
    JavaClasses classes =
        new ClassFileImporter()
            .importUrls(
                Stream.of(
                        Path.of("target/classes").toUri().toURL(),
                        jar(SmackConfiguration.class),
                        jar(org.jivesoftware.smackx.disco.packet.DiscoverInfo.class),
                        jar(org.jivesoftware.smack.roster.Roster.class),
                        jar(org.jivesoftware.smack.tcp.XMPPTCPConnection.class),
                        jar(org.jxmpp.jid.Jid.class),
                        jar(org.minidns.dnsname.DnsName.class),
                        jar(XmppComponent.class),
                        jar(JmsConnectionFactory.class),
                        jar(org.apache.activemq.artemis.utils.UUIDGenerator.class),
                        jar(org.apache.activemq.artemis.api.core.client.ServerLocator.class),
                        jar(ActiveMQConnectionFactory.class),
                        jar(io.opentelemetry.api.OpenTelemetry.class),
                        jar(io.opentelemetry.context.Context.class),
                        jar(io.opentelemetry.sdk.trace.SdkTracerProvider.class),
                        jar(io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter.class),
                        jar(JdkHttpSenderProvider.class))
                    .toList());
    Set<String> bad = new TreeSet<>();
    int looked = 0;
    for (JavaClass type : classes) {
      for (JavaField field : type.getFields()) {
        if (field.getModifiers().contains(JavaModifier.STATIC) && isOfTheMoment(field)) {
          looked++;
          if (atRunTime.stream().noneMatch(name -> type.getName().startsWith(name))) {
            bad.add(field.getFullName());
          }
        }
      }
    }
    assertTrue(looked > 5, "the search finds what is known to be there");
    assertEquals(Set.of(), bad);
  }

  private static boolean isOfTheMoment(JavaField field) {
    return field.getType().getAllInvolvedRawTypes().stream()
        .anyMatch(
            type ->
                Stream.of(
                        Random.class,
                        MessageDigest.class,
                        Mac.class,
                        Executor.class,
                        Thread.class,
                        java.net.Socket.class,
                        java.security.Key.class)
                    .anyMatch(type::isAssignableTo));
  }

  /** Messages of brokers are never unpacked as objects, and sessions are signed text. */
  @Test
  void nothingIsSerializedByJava() throws IOException {
    assertTrue(json("serialization-config.json").isArray());
    assertTrue(json("serialization-config.json").isEmpty());
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.io\\.Object(In|Out)putStream")
        .check(new ClassFileImporter().importPath("target/classes"));
  }

  private static URL jar(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  private static Set<String> reflective(String how) throws IOException {
    Set<String> names = new TreeSet<>();
    for (JsonNode entry : json("reflect-config.json")) {
      if (entry.has(how)) {
        names.add(entry.get("name").asText());
      }
    }
    return names;
  }

  private static JsonNode json(String file) throws IOException {
    return new ObjectMapper().readTree(text(METADATA + file));
  }

  private static String routes() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      for (Path file : files.toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  private static String text(String resource) throws IOException {
    try (InputStream in =
        Thread.currentThread().getContextClassLoader().getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Stream<String> find(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map((MatchResult found) -> found.groupCount() > 0 ? found.group(1) : found.group());
  }

  private static boolean exists(String name) {
    try {
      Class.forName(name, false, Thread.currentThread().getContextClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError absent) {
      return false;
    }
  }

  private static Set<String> without(Set<String> all, Set<String> known) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(known);
    return Collections.unmodifiableSet(rest);
  }
}
