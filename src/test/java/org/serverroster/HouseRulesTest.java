package org.serverroster;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rooms of the house and which way data walks through it (docs/architecture.md). */
@AnalyzeClasses(packages = "org.serverroster", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {

  @ArchTest
  static final ArchRule dependenciesPointInwards =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("roster")
          .definedBy("org.serverroster.roster..")
          .layer("approval")
          .definedBy("org.serverroster.approval..")
          .layer("outbox")
          .definedBy("org.serverroster.outbox..")
          .layer("audit")
          .definedBy("org.serverroster.audit..")
          .layer("event")
          .definedBy("org.serverroster.event..")
          .layer("pipeline")
          .definedBy("org.serverroster.pipeline..")
          .layer("xmpp")
          .definedBy("org.serverroster.xmpp..")
          .layer("dossier")
          .definedBy("org.serverroster.dossier..")
          .layer("web")
          .definedBy("org.serverroster.web..")
          .layer("command")
          .definedBy("org.serverroster.command..")
          .layer("config")
          .definedBy("org.serverroster.config..")
          .whereLayer("config")
          .mayOnlyBeAccessedByLayers("web")
          .whereLayer("web")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("dossier")
          .mayOnlyBeAccessedByLayers("approval", "config", "web")
          .whereLayer("command")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("xmpp")
          .mayOnlyBeAccessedByLayers("config", "web")
          .whereLayer("approval")
          .mayOnlyBeAccessedByLayers("config", "web", "command", "pipeline")
          .whereLayer("audit")
          .mayOnlyBeAccessedByLayers("config", "web")
          .whereLayer("event")
          .mayOnlyBeAccessedByLayers("outbox", "pipeline", "config", "web")
          .whereLayer("pipeline")
          .mayOnlyBeAccessedByLayers("config")
          .whereLayer("outbox")
          .mayOnlyBeAccessedByLayers("config", "web");

  @ArchTest
  static final ArchRule roomsHaveNoCycles =
      slices().matching("org.serverroster.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theRosterIsPlainJava =
      classes()
          .that()
          .resideInAPackage("org.serverroster.roster..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("org.serverroster.roster..", "java..", "com.ibm.icu..")
          .andShould()
          .onlyDependOnClassesThat(JavaClass.Predicates.resideOutsideOfPackage("java.sql.."));

  @ArchTest
  static final ArchRule theComponentKnowsNoQuarkus =
      noClasses()
          .that()
          .resideInAPackage("org.serverroster.xmpp..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.quarkus..", "jakarta..", "org.serverroster.roster..");

  /** All other SQL is in the routes. The rule looks at connections alone, not at all of JDBC. */
  @ArchTest
  static final ArchRule onlyFourHaveAConnectionInTheirHands =
      noClasses()
          .that()
          .doNotHaveSimpleName("FirstStart")
          .and()
          .doNotHaveSimpleName("PooledConnections")
          .and()
          .doNotHaveSimpleName("EmbeddedFile")
          .and()
          .doNotHaveSimpleName("TransactionGate")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.sql.Connection");

  @ArchTest
  static final ArchRule noTimeButFromTheClock =
      noClasses()
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(java.time.OffsetDateTime.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis");

  private static final Pattern ALL_COLUMNS =
      Pattern.compile("\\bselect\\s+\\*|\\b[a-z]\\.\\*(?![\\w/])");

  /** A newer version adds columns under the prepared statements of the one that still runs. */
  @Test
  void everyStatementNamesItsColumns() throws IOException {
    String text = Files.readString(Path.of("src/main/resources/application.properties"));
    try (var files = Files.newDirectoryStream(Path.of("routes"), "*.yaml")) {
      for (Path file : files) {
        text += Files.readString(file);
      }
    }
    assertTrue(text.contains("select {{sql.of-peer}}") && text.contains("sql.of-peer=p.domain"));
    assertEquals(List.of(), ALL_COLUMNS.matcher(text).results().map(MatchResult::group).toList());
  }

  private static final Pattern OVER_A_POOL =
      Pattern.compile("parallelProcessing: true\\n((?:.*\\n)*?) *steps:");

  /** Else a round of deliveries would begin while the one before it still waits for its turn. */
  @Test
  void whatIsSplitOverAPoolIsWaitedFor() throws IOException {
    int splits = 0;
    try (var files = Files.newDirectoryStream(Path.of("routes"), "*.yaml")) {
      for (Path file : files) {
        for (MatchResult split : OVER_A_POOL.matcher(Files.readString(file)).results().toList()) {
          splits++;
          assertTrue(split.group(1).contains("synchronous: true"), file + ": " + split.group());
        }
      }
    }
    assertTrue(splits > 1, "splits over a pool: " + splits);
  }
}
