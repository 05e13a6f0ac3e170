package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.FileNotFoundException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Map;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.RuntimeCamelException;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

/** What an operator is told of routes that could not start. */
class BrokenStartTest {

  private static final Config CONFIG =
      new SmallRyeConfigBuilder()
          .addDefaultInterceptors()
          .withSources(
              new PropertiesConfigSource(
                  Map.of(
                      "roster.xmpp.secret", "s3cret-of-xmpp",
                      "roster.base-url", "https://example.org/property",
                      "ROSTER_BASE_URL", "https://example.org/property",
                      "ticket.url", "https://tickets.example.org/s3cret-path?x=s3cret-option",
                      "quarkus.http.ssl.certificate.key-files", "/run/tls/key.pem",
                      "camel.component.jms.password", "s3cret-of-jms"),
                  "file",
                  250))
          .build();

  @Test
  void aRouteThatCannotBeMadeIsNamedWithTheInnermostCause() {
    BrokenStart broken =
        broken(
            new RuntimeException(
                new FailedToCreateRouteException(
                    "own",
                    "file:own.yaml:3",
                    "Route(own)",
                    new IllegalArgumentException("property with key [x] not found"))));
    assertEquals(
        "route own makes no sense: correct its file, or the setting it needs"
            + " (IllegalArgumentException: property with key [x] not found)",
        broken.line());
    assertEquals(78, broken.exitCode());
  }

  @Test
  void noSecretIsRepeated() {
    String uri = "kafka://a?brokers=localhost:9&pasword=s3cret-of-own";
    String line =
        broken(
                new ResolveEndpointFailedException(
                    uri,
                    "s3cret-of-xmpp, s3cret-of-jms, s3cret-path, s3cret-option,"
                        + " Unknown parameters=[{pasword=s3cret-of-own}] apiToken=s3cret-of-all"))
            .line();
    assertFalse(line.contains("s3cret"), line);
    assertTrue(line.contains("pasword=xxxxxx"), line);
    line =
        broken(
                new PropertyBindingException(
                    new Object(), "pasword", "s3cret-of-own", (Throwable) null))
            .line();
    assertFalse(line.contains("s3cret"), line);
    String trace =
        broken(new IllegalStateException("s3cret-of-xmpp", new Exception("s3cret-of-jms"))).trace();
    assertFalse(trace.contains("s3cret"), trace);
    assertTrue(trace.contains("\tat "), trace);
  }

  @Test
  void whereASecretIsMayBeSaid() {
    String line = broken(new FileNotFoundException("/run/tls/key.pem")).line();
    assertTrue(line.contains("/run/tls/key.pem"), line);
  }

  @Test
  void aSupervisorIsToldWhetherAnotherAttemptMayDoBetter() {
    assertEquals(75, exitCode(new ConnectException("refused")));
    assertEquals(75, exitCode(new UnknownHostException("broker")));
    assertEquals(78, exitCode(new BindException("in use")));
    assertEquals(78, exitCode(new UnsupportedOperationException("Cannot consume")));
    assertEquals(
        78, broken(new RuntimeCamelException(new FileNotFoundException("own.yaml"))).exitCode());
    assertEquals(
        1, broken(new RuntimeCamelException(new IllegalStateException("ours"))).exitCode());
  }

  private static int exitCode(Exception cause) {
    return broken(new RuntimeException(new FailedToStartRouteException("own", "why", cause)))
        .exitCode();
  }

  private static BrokenStart broken(Exception failure) {
    return new BrokenStart(failure, CONFIG);
  }

  @Test
  void aPasswordInTheAddressOfTheDatabaseIsNotRepeated() {
    String line =
        ServerRoster.problem(
                new java.sql.SQLException(
                    "No suitable driver: jdbc:postgresql://db:x/roster?password=hush&ssl=true"))
            .orElseThrow();
    assertTrue(line.contains("password=xxxxxx&ssl=true"), line);
  }
}
