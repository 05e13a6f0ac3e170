package org.serverroster.flow;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.serverroster.lab.FreePort;

/** A real Artemis broker on a port of its own, for events out and commands in over JMS. */
public class Artemis implements QuarkusTestResourceLifecycleManager {

  static final String EVENTS = "server-roster";
  static final String COMMANDS = "server-roster-commands";
  static final String USER = "server-roster";
  static final String PASSWORD = "a password of the broker's";
  private static final String REPLIES = "replies";
  private static final String ROLE = "all";

  private static String url;
  private static Path folder;
  private static EmbeddedActiveMQ broker;

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory("server-roster-artemis");
      url = "tcp://127.0.0.1:" + FreePort.next();
      run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return Map.of(
        "roster.events.uri",
        "jms:queue:" + EVENTS,
        "roster.commands.uri",
        "jms:queue:" + COMMANDS,
        "roster.commands.authenticated",
        "true",
        "camel.beans.artemis",
        "#class:org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory",
        "camel.beans.artemis.brokerURL",
        url,
        "camel.beans.artemis.user",
        USER,
        "camel.beans.artemis.password",
        PASSWORD,
        "camel.component.jms.connection-factory",
        "#bean:artemis");
  }

  /** Where it is. */
  static String url() {
    return url;
  }

  /** Starts it with the messages that it has kept. */
  static void run() throws Exception {
    Configuration configuration =
        new ConfigurationImpl()
            .setPersistenceEnabled(true)
            .setSecurityEnabled(true)
            .putSecurityRoles("#", Set.of(mayDoAll()))
            .setJournalDirectory(folder.resolve("journal").toString())
            .setBindingsDirectory(folder.resolve("bindings").toString())
            .setLargeMessagesDirectory(folder.resolve("large").toString())
            .setPagingDirectory(folder.resolve("paging").toString())
            .addAcceptorConfiguration("tcp", url);
    SecurityConfiguration users = new SecurityConfiguration();
    users.addUser(USER, PASSWORD);
    users.addRole(USER, ROLE);
    broker = new EmbeddedActiveMQ().setConfiguration(configuration);
    broker.setSecurityManager(
        new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users));
    broker.start();
  }

  private static Role mayDoAll() {
    return new Role(ROLE, true, true, true, true, true, true, true, true, true, true, true, true);
  }

  private static ActiveMQConnectionFactory ours() {
    return new ActiveMQConnectionFactory(url, USER, PASSWORD);
  }

  /** Puts a command into the queue without a login. */
  static void strangersCommand(String body) throws JMSException {
    try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
        var connection = factory.createConnection();
        var session = connection.createSession()) {
      session.createProducer(session.createQueue(COMMANDS)).send(session.createTextMessage(body));
    }
  }

  static void halt() throws Exception {
    broker.stop();
  }

  /** Everything that waits in the queue of events, oldest first. */
  static List<TextMessage> events() throws JMSException {
    try (ActiveMQConnectionFactory factory = ours();
        var context = factory.createContext()) {
      Queue queue = context.createQueue(EVENTS);
      List<TextMessage> events = new ArrayList<>();
      try (QueueBrowser browser = context.createBrowser(queue)) {
        Enumeration<?> waiting = browser.getEnumeration();
        while (waiting.hasMoreElements()) {
          events.add((TextMessage) waiting.nextElement());
        }
      }
      return events;
    }
  }

  /** Puts a command into its queue, and asks for an answer in another one. */
  static void command(String body) {
    try (ActiveMQConnectionFactory factory = ours();
        var context = factory.createContext()) {
      context
          .createProducer()
          .setJMSReplyTo(context.createQueue(REPLIES))
          .send(context.createQueue(COMMANDS), body);
    }
  }

  /** Puts a Java object into the queue of commands, which whoever unpacks it may regret. */
  static void object(Serializable object) {
    try (ActiveMQConnectionFactory factory = ours();
        var context = factory.createContext()) {
      context
          .createProducer()
          .send(context.createQueue(COMMANDS), context.createObjectMessage(object));
    }
  }

  /** How many commands have not been acknowledged. */
  static long commandsWaiting() {
    return waiting(COMMANDS);
  }

  /** How many answers went where a message asked for them. */
  static long replies() {
    return waiting(REPLIES);
  }

  private static long waiting(String name) {
    var queue = broker.getActiveMQServer().locateQueue(name);
    return queue == null ? 0 : queue.getMessageCount();
  }

  static String group(Message message) throws JMSException {
    return message.getStringProperty("JMSXGroupID");
  }

  @Override
  public void stop() {
    try {
      broker.stop();
      try (var files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(file -> file.delete());
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
