package org.serverroster.xmpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS from the first byte, and who is believed. */
class DirectTlsTest extends StreamFixture {

  @TempDir static Path folder;

  @BeforeAll
  static void makeCertificates() throws Exception {
    makeCertificate("good", "-validity 2");
    makeCertificate("forged", "-validity 2");
    makeCertificate("expired", "-startdate -3d -validity 2");
  }

  @BeforeEach
  void startTlsServer() throws Exception {
    startTlsServer("good");
  }

  @Test
  void speaksTlsWithAServerThatItTrusts() throws Exception {
    XmppComponent component =
        attach(
            c -> {
              c.setTls("direct");
              c.setTlsCa(folder.resolve("good.pem").toString());
              c.setIdleLimit(Duration.ofSeconds(2)); // so that reads time out in between
            },
            exchange -> {});
    awaitState(component, StreamState.AUTHENTICATED);

    assertEquals("result", server.handOver(HOST, subscribe("a.lit")).getAttribute("type"));
    server.drop();
    server.awaitStream();
    awaitState(component, StreamState.AUTHENTICATED);
    assertEquals("result", server.handOver(HOST, subscribe("b.lit")).getAttribute("type"));
  }

  @Test
  void refusesAServerThatNobodyVouchesFor() throws Exception {
    XmppComponent component = attach(c -> c.setTls("direct"), exchange -> {});

    awaitProblem(component);

    assertTrue(
        component.lastProblem(JID).contains("not signed by an authority"),
        component.lastProblem(JID));
    assertEquals(0, server.accepted());
  }

  @Test
  void refusesACertificateOfAnotherName() throws Exception {
    XmppComponent component =
        attach(
            c -> {
              c.setTls("direct");
              c.setHost("localhost");
              c.setTlsCa(folder.resolve("good.pem").toString());
            },
            exchange -> {});

    awaitProblem(component);

    assertTrue(component.lastProblem(JID).contains("localhost"), component.lastProblem(JID));
    assertEquals(0, server.accepted());
  }

  @Test
  void refusesAnAuthorityThatBearsTheNameOfATrustedOne() throws Exception {
    startTlsServer("forged");

    isRefused("good", "not signed by an authority that we trust");
  }

  @Test
  void refusesACertificateThatHasExpired() throws Exception {
    startTlsServer("expired");

    isRefused("expired", "has expired");
  }

  @Test
  void refusesAServerThatSpeaksPlainText() throws Exception {
    server.close();
    server = ScriptedXmppServer.start(JID, SECRET);

    isRefused("good", "no TLS with the server");
    assertEquals(0, server.received().size());
  }

  @Test
  void saysSoIfTheServerExpectsTls() throws Exception {
    XmppComponent component = attach();

    awaitProblem(component);

    assertTrue(
        component.lastProblem(JID).contains("does it expect TLS"), component.lastProblem(JID));
    assertEquals(0, server.accepted());
  }

  private void isRefused(String trusted, String reason) throws Exception {
    XmppComponent component =
        attach(
            c -> {
              c.setTls("direct");
              c.setTlsCa(folder.resolve(trusted + ".pem").toString());
            },
            exchange -> {});

    awaitProblem(component);

    assertTrue(component.lastProblem(JID).contains(reason), component.lastProblem(JID));
    assertEquals(0, server.accepted());
  }

  private void startTlsServer(String certificate) throws Exception {
    server.close();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve(certificate + ".p12"))) {
      keys.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    server = ScriptedXmppServer.start(JID, SECRET, 0, context.getServerSocketFactory());
  }

  /** A key NAME.p12 whose certificate NAME.pem signs itself, all of them under one name. */
  private static void makeCertificate(String name, String period) throws Exception {
    keytool(
        name,
        "-genkeypair -alias xmpp -keyalg EC -groupname secp256r1 -dname CN=xmpp"
            + " -ext bc:c -ext san=ip:127.0.0.1 "
            + period);
    keytool(name, "-exportcert -rfc -alias xmpp -file " + folder.resolve(name + ".pem"));
  }

  private static void keytool(String name, String arguments) throws Exception {
    String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    String command =
        tool
            + " "
            + arguments
            + " -storetype PKCS12 -storepass changeit -keystore "
            + folder.resolve(name + ".p12");
    Process process =
        new ProcessBuilder(command.split(" ")).redirectErrorStream(true).inheritIO().start();
    assertEquals(0, process.waitFor());
  }
}
