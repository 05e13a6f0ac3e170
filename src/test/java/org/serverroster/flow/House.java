package org.serverroster.flow;

import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.serverroster.lab.FreePort;
import org.serverroster.xmpp.ScriptedXmppServer;

/**
 * What stands around the application in a wire-level test: an XMPP server with the shim's manners
 * and an SMTP server, both real sockets, and the settings that lead to them.
 */
public class House implements QuarkusTestResourceLifecycleManager {

  public static final String OURS = "capulet.lit";
  public static final String COMPONENT = "roster.capulet.lit";
  public static final String PASSWORD = "wherefore-art-thou";
  public static final List<String> ADMINISTRATORS =
      List.of("nurse@capulet.lit", "juliet@capulet.lit");

  private static final String SECRET = "a secret with ) and & and ? in it";

  private static ScriptedXmppServer xmpp;
  private static GreenMail mail;
  private Path folder;

  /** The XMPP server of the running test. */
  public static ScriptedXmppServer xmpp() {
    return xmpp;
  }

  /** The mailboxes of the running test. */
  public static Mailboxes mailboxes() {
    return new Mailboxes(mail);
  }

  /** The SMTP server itself, to be taken away and brought back. */
  public static GreenMail smtp() {
    return mail;
  }

  /** Waits on conditions; long enough for a busy machine. */
  public static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
  }

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory("server-roster-test");
      xmpp = ScriptedXmppServer.start(COMPONENT, SECRET);
      mail =
          new GreenMail(new ServerSetup(FreePort.next(), "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    mail.start();
    Map<String, String> settings = new HashMap<>();
    settings.put("roster.xmpp.host", xmpp.host());
    settings.put("roster.xmpp.port", Integer.toString(xmpp.port()));
    settings.put("roster.xmpp.component", COMPONENT);
    settings.put("roster.xmpp.secret", SECRET);
    settings.put("roster.domains", OURS + "," + COMPONENT + ",verona.lit");
    settings.put("roster.admins.mail", String.join(",", ADMINISTRATORS));
    settings.put("roster.domain.\"verona.lit\".admins.mail", "escalus@verona.lit");
    settings.put("roster.base-url", "https://roster.example");
    settings.put("roster.mail.host", "127.0.0.1");
    settings.put("roster.mail.port", Integer.toString(mail.getSmtp().getPort()));
    settings.put("roster.mail.from", "roster@capulet.lit");
    settings.put("roster.admin.password", PASSWORD);
    settings.put("roster.users.auditor.roles", "auditor");
    settings.put(
        "roster.users.auditor.password",
        "$2b$04$CR04zEJJtOXC1JxkXI9PB.JGb4/OJQKW6s4CQcpY6cymVklr2Ju8i");
    settings.put("roster.db.url", "jdbc:h2:file:" + folder.resolve("roster"));
    return settings;
  }

  @Override
  public void stop() {
    xmpp.close();
    mail.stop();
    try (var files = Files.walk(folder)) {
      files.sorted(java.util.Comparator.reverseOrder()).map(Path::toFile).forEach(f -> f.delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Presence of this type from a peer to our domain, as it stands on the wire. */
  static String presence(String from, String type, String... attributes) {
    return "<presence from='%s' to='%s' type='%s' %s/>"
        .formatted(from, OURS, type, String.join(" ", Arrays.asList(attributes)));
  }
}
