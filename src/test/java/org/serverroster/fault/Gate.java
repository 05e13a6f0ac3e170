package org.serverroster.fault;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.serverroster.lab.Background;

/**
 * Stands between Server Roster and a server and passes on what they say, as far as its {@link Ear}s
 * let it: they hear each message before it goes on. It can break connections and refuse them.
 */
final class Gate implements AutoCloseable {

  /** Hears one direction of one connection, and passes on what it hears. */
  interface Ear {
    /**
     * Hears the next bytes.
     *
     * @param onward where they were going
     * @throws IOException ends the connection; what was not passed on is lost
     */
    void hear(byte[] bytes, int length, OutputStream onward) throws IOException;
  }

  /** One connection. */
  interface Conversation {
    /** What the client says to the server. */
    Ear fromClient();

    /** What the server says to the client. */
    Ear fromServer();

    /** It is over. */
    default void over() {}
  }

  private final ServerSocket door;
  private final InetSocketAddress server;
  private final Supplier<Conversation> conversations;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile boolean refusing;

  /** A gate in front of that server, with a conversation of its own for each connection. */
  Gate(InetSocketAddress server, Supplier<Conversation> conversations) throws IOException {
    this.server = server;
    this.conversations = conversations;
    this.door = new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
    Background.begin("gate", this::accept);
  }

  /** Where clients connect instead. */
  InetSocketAddress address() {
    return (InetSocketAddress) door.getLocalSocketAddress();
  }

  /** Breaks all connections with a TCP reset: what is under way is lost. */
  void reset() {
    sockets.forEach(Gate::reset);
    sockets.clear();
  }

  /** Whether new connections are turned away. */
  void refuse(boolean refuse) {
    refusing = refuse;
  }

  @Override
  public void close() {
    try {
      door.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    reset();
  }

  private void accept() throws IOException {
    while (!door.isClosed()) {
      Socket client = door.accept();
      if (refusing) {
        reset(client);
        continue;
      }
      Socket host = new Socket();
      try {
        client.setTcpNoDelay(true);
        host.setTcpNoDelay(true);
        host.connect(server, 2000);
      } catch (IOException away) {
        reset(client);
        continue;
      }
      sockets.addAll(List.of(client, host));
      Conversation conversation = conversations.get();
      Background.begin(
          "gate", () -> pass(client, host, conversation.fromClient(), conversation::over));
      Background.begin(
          "gate", () -> pass(host, client, conversation.fromServer(), conversation::over));
    }
  }

  private void pass(Socket from, Socket to, Ear ear, Runnable over) throws IOException {
    byte[] buffer = new byte[16384];
    try {
      InputStream input = from.getInputStream();
      OutputStream output = to.getOutputStream();
      for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
        ear.hear(buffer, n, output);
      }
    } finally {
      over.run();
      from.close();
      to.close();
      sockets.removeAll(List.of(from, to));
    }
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // it was broken already
    }
  }
}
