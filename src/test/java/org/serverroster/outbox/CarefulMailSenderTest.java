package org.serverroster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.serverroster.lab.ForgetfulSmtp;
import org.serverroster.lab.FreePort;
import org.serverroster.roster.Failures;

/** Real sockets: what the library throws is what this is about. */
class CarefulMailSenderTest {

  private final CarefulMailSender sender = new CarefulMailSender();
  private ServerSocket door;

  @BeforeEach
  void open() throws IOException {
    door = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
    sender.setProtocol("smtp");
    sender.setHost("127.0.0.1");
    sender.setPort(door.getLocalPort());
    sender.addAdditionalJavaMailProperty("mail.smtp.timeout", "60000");
  }

  @AfterEach
  void close() throws IOException {
    door.close();
  }

  @Test
  void nothingHasLeftWhenNobodyIsThere() throws Exception {
    door.close();
    assertThrows(NotConnectedException.class, this::send);
  }

  @Test
  void norWhenTheServerSaysNothing() {
    sender.addAdditionalJavaMailProperty("mail.smtp.timeout", "300");
    assertThrows(NotConnectedException.class, this::send);
  }

  @Test
  void norWhenItGreetsBadly() throws Exception {
    greet("421 too busy\r\n");
    assertThrows(NotConnectedException.class, this::send);
    greet("+OK a mailbox\r\n");
    assertThrows(NotConnectedException.class, this::send);
  }

  @Test
  void norWhenItWantsNoTls() throws Exception {
    sender.addAdditionalJavaMailProperty("mail.smtp.quitwait", "false");
    sender.addAdditionalJavaMailProperty("mail.smtp.starttls.enable", "true");
    sender.addAdditionalJavaMailProperty("mail.smtp.starttls.required", "true");
    greet("220 hello\r\n250 no extensions\r\n");
    assertThrows(NotConnectedException.class, this::send);
  }

  @Test
  void norWhenItsTlsIsNone() throws Exception {
    sender.setProtocol("smtps");
    sender.addAdditionalJavaMailProperty("mail.smtps.timeout", "300");
    greet("220 hello\r\n");
    assertThrows(NotConnectedException.class, this::send);
  }

  @Test
  void itMayHaveArrivedWhenTheAnswerToItsTextIsLost() throws Exception {
    GreenMail server =
        new GreenMail(new ServerSetup(FreePort.next(), "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    server.start();
    try (ForgetfulSmtp forgetful = new ForgetfulSmtp(server.getSmtp().getPort())) {
      sender.setPort(forgetful.port());
      send();
      forgetful.forget(true);
      Exception failure = assertThrows(MessagingException.class, this::send);
      assertEquals(2, server.getReceivedMessages().length);
      assertTrue(Failures.causes(failure).noneMatch(NotConnectedException.class::isInstance));
    } finally {
      server.stop();
    }
  }

  @Test
  void whatTheLibrarySaysIsTheCause() throws Exception {
    greet("421 too busy\r\n");
    Exception failure = assertThrows(NotConnectedException.class, this::send);
    assertInstanceOf(MessagingException.class, failure.getCause());
    assertTrue(failure.getMessage().contains("421"), failure.getMessage());
  }

  private void send() throws MessagingException {
    MimeMessage mail = new MimeMessage(sender.getSession());
    mail.setFrom("roster@capulet.lit");
    mail.setRecipients(MimeMessage.RecipientType.TO, "nurse@capulet.lit");
    mail.setText("montague.lit asks");
    sender.send(mail);
  }

  /** The next client is told this, whatever it says. */
  private void greet(String words) {
    Thread server =
        new Thread(
            () -> {
              try (Socket client = door.accept()) {
                client.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
                client.getInputStream().readAllBytes();
              } catch (IOException over) {
                // it has gone
              }
            });
    server.setDaemon(true);
    server.start();
  }
}
