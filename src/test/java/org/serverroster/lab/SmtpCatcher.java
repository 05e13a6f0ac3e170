package org.serverroster.lab;

import com.icegreen.greenmail.store.FolderException;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An SMTP server on loopback that takes every mail and delivers none; it can go away for a while.
 */
public final class SmtpCatcher implements AutoCloseable {
  private final int port;
  private final List<Mail> earlier = new ArrayList<>();
  private GreenMail server;

  private SmtpCatcher(int port) {
    this.port = port;
  }

  /** Starts on a free port of 127.0.0.1. */
  public static SmtpCatcher start() throws IOException {
    var catcher = new SmtpCatcher(FreePort.next());
    catcher.comeBack();
    return catcher;
  }

  /** The port of 127.0.0.1 it takes mail on. */
  public int port() {
    return port;
  }

  /** Forgets all mails so far. */
  public synchronized void forget() {
    earlier.clear();
    try {
      server.purgeEmailFromAllMailboxes();
    } catch (FolderException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All mails so far; those to one address oldest first. */
  public synchronized List<Mail> mails() {
    return Stream.concat(earlier.stream(), present().stream()).toList();
  }

  /** Refuses connections from now on; what was caught is kept. */
  public synchronized void goAway() {
    earlier.addAll(present());
    server.stop();
    server = null;
  }

  /** Takes mail again. */
  public synchronized void comeBack() {
    server = new GreenMail(new ServerSetup(port, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    server.start();
  }

  @Override
  public synchronized void close() {
    if (server != null) {
      goAway();
    }
  }

  private List<Mail> present() {
    return server == null
        ? List.of()
        : Stream.of(server.getReceivedMessages()).map(SmtpCatcher::read).toList();
  }

  private static Mail read(MimeMessage message) {
    try {
      var text = ((Multipart) message.getContent()).getBodyPart(0);
      var source = new ByteArrayOutputStream();
      message.writeTo(source);
      return new Mail(
          message.getMessageID(),
          message.getFrom()[0].toString(),
          message.getRecipients(Message.RecipientType.TO)[0].toString(),
          message.getSubject(),
          ((String) text.getContent()).replace("\r\n", "\n"),
          source.toByteArray());
    } catch (MessagingException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A mail that was caught.
   *
   * @param text its part for people, as plain text
   * @param source the whole mail as it came
   */
  public record Mail(
      String messageId, String from, String to, String subject, String text, byte[] source) {

    private static final Pattern LINK =
        Pattern.compile("http\\S+/approval/\\S+\\?decision=(approve|deny)");

    /** The link for that decision. */
    public String link(String decision) {
      return LINK.matcher(text)
          .results()
          .filter(found -> found.group(1).equals(decision))
          .map(found -> found.group())
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("No link to " + decision + " in: " + text));
    }

    /** True if it asks about that peer. */
    public boolean isAbout(String peer) {
      return subject.contains(peer) && text.contains(" " + peer + " ");
    }
  }
}
