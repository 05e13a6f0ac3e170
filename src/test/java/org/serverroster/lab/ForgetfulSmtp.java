package org.serverroster.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Stands before an SMTP server on loopback. While it forgets, the server takes a mail and the
 * connection breaks instead of an answer, so that the sender cannot know (RFC 5321, section 4.2.5,
 * and RFC 1047).
 */
public final class ForgetfulSmtp implements AutoCloseable {

  private final ServerSocket door;
  private final int behind;
  private volatile boolean forgets;

  /**
   * @param behind the port of the SMTP server on 127.0.0.1
   */
  public ForgetfulSmtp(int behind) throws IOException {
    this.behind = behind;
    this.door = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    Background.begin("forgetful-smtp", this::accept);
  }

  /** The port of 127.0.0.1 that it takes mail on. */
  public int port() {
    return door.getLocalPort();
  }

  /** Whether the answer to a mail's text is lost from now on. */
  public void forget(boolean from) {
    forgets = from;
  }

  @Override
  public void close() throws IOException {
    door.close();
  }

  private void accept() throws IOException {
    while (!door.isClosed()) {
      Socket client = door.accept();
      Background.begin("forgetful-smtp", () -> pass(client));
    }
  }

  private void pass(Socket client) throws IOException {
    try (client;
        Socket server = new Socket(InetAddress.getByName("127.0.0.1"), behind)) {
      BufferedReader said = lines(client);
      BufferedReader answers = lines(server);
      answer(client, answers);
      boolean ofText = false;
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        say(server, line);
        boolean endsText = ofText && line.equals(".");
        if (ofText && !endsText) {
          continue;
        }
        if (endsText && forgets) {
          answers.readLine();
          return;
        }
        answer(client, answers);
        ofText = line.equalsIgnoreCase("DATA");
      }
    }
  }

  /** Passes on one answer, which may have several lines (RFC 5321, section 4.2.1). */
  private static void answer(Socket client, BufferedReader answers) throws IOException {
    String line;
    do {
      line = answers.readLine();
      if (line == null) {
        throw new IOException("the server has gone");
      }
      say(client, line);
    } while (line.length() > 3 && line.charAt(3) == '-');
  }

  private static BufferedReader lines(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
  }

  private static void say(Socket socket, String line) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }
}
