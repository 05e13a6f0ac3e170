package org.serverroster.flow;

import com.icegreen.greenmail.util.GreenMail;
import jakarta.mail.BodyPart;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the administrators find in their mail. */
public record Mailboxes(GreenMail server) {

  private static final Pattern LINK =
      Pattern.compile("https?://\\S+/approval/([A-Za-z0-9_-]+)\\?decision=(approve|deny)");

  /** A mail that asks about a peer. */
  public record Mail(MimeMessage message, String recipient, String text, String html) {

    /** The path and query of the link for this decision, from the text part. */
    public String link(String decision) {
      Matcher links = LINK.matcher(text);
      while (links.find()) {
        if (links.group(2).equals(decision)) {
          return "/approval/" + links.group(1) + "?decision=" + decision;
        }
      }
      throw new AssertionError("no link to " + decision + " in: " + text);
    }

    /** The one value of a header. */
    public String header(String name) throws MessagingException {
      String[] values = message.getHeader(name);
      if (values == null || values.length != 1) {
        throw new AssertionError(name + ": " + Arrays.toString(values));
      }
      return values[0];
    }
  }

  /** Waits for the mail about a peer in an administrator's mailbox. */
  public Mail await(String administrator, String peer) {
    House.patiently().until(() -> !about(administrator, peer).isEmpty());
    return about(administrator, peer).get(0);
  }

  /** The mails about a peer in an administrator's mailbox so far. */
  public List<Mail> about(String administrator, String peer) {
    return Arrays.stream(server.getReceivedMessages())
        .map(Mailboxes::read)
        .filter(mail -> mail.recipient().equals(administrator))
        .filter(mail -> mail.text().contains(" " + peer + " "))
        .toList();
  }

  /** Those of them that ask for a decision. */
  public List<Mail> asking(String administrator, String peer) {
    return about(administrator, peer).stream()
        .filter(mail -> mail.text().contains("/approval/"))
        .toList();
  }

  /** All mails so far. */
  public List<Mail> all() {
    return Arrays.stream(server.getReceivedMessages()).map(Mailboxes::read).toList();
  }

  private static Mail read(MimeMessage message) {
    try {
      Multipart parts = (Multipart) message.getContent();
      BodyPart text = parts.getBodyPart(0);
      BodyPart html = parts.getBodyPart(1);
      if (parts.getCount() != 2
          || !text.isMimeType("text/plain")
          || !html.isMimeType("text/html")) {
        throw new AssertionError("not text and HTML: " + message.getContentType());
      }
      return new Mail(
          message,
          message.getRecipients(Message.RecipientType.TO)[0].toString(),
          ((String) text.getContent()).replace("\r\n", "\n"),
          (String) html.getContent());
    } catch (MessagingException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
