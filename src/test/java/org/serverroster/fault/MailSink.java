package org.serverroster.fault;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.serverroster.lab.Background;

/**
 * An SMTP server (RFC 5321) on loopback that takes every mail, or is as unhelpful as it is told to
 * be. It notes a mail when it takes it, which is before the sender hears of that.
 */
final class MailSink implements AutoCloseable {

  /** How it behaves. */
  enum Mood {
    /** Takes everything. */
    FINE,
    /** Turns connections away: 421. */
    BUSY,
    /** Refuses mails for now: 451. */
    LATER,
    /** Refuses recipients for good: 550. */
    NEVER,
    /** Takes a second for each step. */
    SLOW,
    /** Takes the mail and breaks the connection instead of saying so. */
    SILENT,
    /** Takes connections and says nothing. */
    MUTE,
    /** Is not there. */
    AWAY
  }

  /**
   * A mail that asks for a decision.
   *
   * @param id the local part of its Message-ID
   * @param peer who asks
   * @param link where it leads to, without the decision
   */
  record Question(String id, String to, String peer, String link) {

    /** The request that it is about. */
    String request() {
      return id.substring(0, id.indexOf('.'));
    }
  }

  private static final String DIGEST = "\r\nSubject: What waits and what happened at ";
  private static final Pattern ASKS = Pattern.compile("(?m)^(\\S+).*\\R  asked: ");
  private static final Pattern SAYS = Pattern.compile("(?m)^- (.*)$");
  private static final Pattern MORE = Pattern.compile("(?m)^and (\\d+) more like these");
  private static final Pattern LINK = Pattern.compile("(http\\S+/approval/\\S+)\\?decision=");

  private final ServerSocket door;
  private final History history;
  private final Points points;
  private final ConcurrentLinkedDeque<Question> questions = new ConcurrentLinkedDeque<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile Mood mood = Mood.FINE;

  MailSink(History history, Points points) throws IOException {
    this.history = history;
    this.points = points;
    this.door = new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
    Background.begin("mail-sink", this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  /** Behaves like that from now on. */
  void be(Mood next) throws IOException {
    Mood before = mood;
    mood = next;
    if (next == Mood.AWAY || before == Mood.MUTE) {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** The newest mail that asks for a decision, null when all were taken. */
  Question take() {
    return questions.pollLast();
  }

  /** Nobody was there when its link was opened: it is opened again later. */
  void giveBack(Question question) {
    questions.add(question);
  }

  @Override
  public void close() throws IOException {
    door.close();
    be(Mood.AWAY);
  }

  private void accept() throws IOException {
    while (!door.isClosed()) {
      Socket client = door.accept();
      if (mood == Mood.AWAY) {
        client.setSoLinger(true, 0);
        client.close();
        continue;
      }
      sockets.add(client);
      Background.begin("mail-sink", () -> serve(client));
    }
  }

  private void serve(Socket client) throws IOException {
    try (client) {
      client.setSoTimeout(60_000);
      client.setTcpNoDelay(true);
      if (mood == Mood.MUTE) {
        client.getInputStream().transferTo(OutputStream.nullOutputStream());
        return;
      }
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
      OutputStream out = client.getOutputStream();
      if (mood == Mood.BUSY) {
        say(out, "421 too busy");
        return;
      }
      say(out, "220 sink");
      String line = in.readLine();
      while (line != null && answer(line, in, out)) {
        line = in.readLine();
      }
    } finally {
      sockets.remove(client);
    }
  }

  /** Answers one command; false ends the connection. */
  private boolean answer(String line, BufferedReader in, OutputStream out) throws IOException {
    dawdle();
    if (mood == Mood.MUTE) {
      return true;
    }
    String verb =
        line.length() < 4 ? line : line.substring(0, 4).toUpperCase(java.util.Locale.ROOT);
    switch (verb) {
      case "RCPT" -> say(out, mood == Mood.NEVER ? "550 no such mailbox" : "250 ok");
      case "MAIL" -> say(out, mood == Mood.LATER ? "451 try again later" : "250 ok");
      case "DATA" -> {
        say(out, "354 go on");
        String text = text(in);
        String kind = text.contains(DIGEST) ? "digest" : "mail";
        points.reach("before-" + kind);
        keep(text);
        if (mood == Mood.SILENT) {
          return false;
        }
        points.reach("after-" + kind);
        say(out, "250 taken");
      }
      case "QUIT" -> {
        say(out, "221 bye");
        return false;
      }
      default -> say(out, "250 ok");
    }
    return true;
  }

  private static String text(BufferedReader in) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line = in.readLine(); !".".equals(line); line = in.readLine()) {
      if (line == null) {
        throw new IOException("the sender has gone");
      }
      text.append(line.startsWith("..") ? line.substring(1) : line).append("\r\n");
    }
    return text.toString();
  }

  private void keep(String source) {
    try {
      MimeMessage message =
          new MimeMessage(
              Session.getInstance(new Properties()),
              new ByteArrayInputStream(source.getBytes(StandardCharsets.ISO_8859_1)));
      String id = message.getMessageID().replaceAll("[<>]|@.*", "");
      String to = message.getRecipients(MimeMessage.RecipientType.TO)[0].toString();
      String body = (String) ((Multipart) message.getContent()).getBodyPart(0).getContent();
      if (source.contains(DIGEST)) {
        String asks = String.join(" ", found(ASKS, body));
        String says = String.join("\n", found(SAYS, body));
        String more = String.join("", found(MORE, body));
        history.note(Event.MAILED, "id", id, "to", to, "asks", asks, "says", says, "more", more);
        return;
      }
      history.note(Event.MAILED, "id", id, "to", to);
      Matcher link = LINK.matcher(body);
      if (id.contains(".") && link.find()) {
        questions.add(new Question(id, to, message.getSubject().split(" ")[0], link.group(1)));
      }
    } catch (MessagingException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> found(Pattern pattern, String body) {
    return pattern.matcher(body).results().map(match -> match.group(1).strip()).toList();
  }

  private void dawdle() {
    if (mood == Mood.SLOW) {
      try {
        Thread.sleep(1000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void say(OutputStream out, String line) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }
}
