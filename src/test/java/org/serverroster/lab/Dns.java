package org.serverroster.lab;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The names of the lab: a DNS server on loopback that answers the SRV query of a federating server
 * with an IP literal as target, and denies all else.
 */
public final class Dns implements AutoCloseable {
  private static final int SRV = 33;
  private static final int NO_SUCH_NAME = 3;

  private final DatagramSocket socket;
  private final Map<String, InetSocketAddress> servers = new ConcurrentHashMap<>();

  private Dns(DatagramSocket socket) {
    this.socket = socket;
  }

  /** Starts to answer on a free UDP port of 127.0.0.1. */
  public static Dns start() throws IOException {
    var dns = new Dns(new DatagramSocket(0, InetAddress.getByName("127.0.0.1")));
    var thread = new Thread(dns::serve, "lab-dns");
    thread.setDaemon(true);
    thread.start();
    return dns;
  }

  /** Says where other servers reach that domain. */
  public void register(String domain, InetSocketAddress s2s) {
    servers.put("_xmpp-server._tcp." + domain.toLowerCase(Locale.ROOT), s2s);
  }

  /** Makes the domain unknown. */
  public void forget(String domain) {
    servers.remove("_xmpp-server._tcp." + domain.toLowerCase(Locale.ROOT));
  }

  /** The port of 127.0.0.1 it answers on. */
  public int port() {
    return socket.getLocalPort();
  }

  @Override
  public void close() {
    socket.close();
  }

  private void serve() {
    var buffer = new byte[4096];
    while (!socket.isClosed()) {
      var query = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(query);
        var answer = answer(Arrays.copyOf(buffer, query.getLength()));
        socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
      } catch (IOException | IndexOutOfBoundsException e) {
        if (socket.isClosed()) {
          return;
        }
      }
    }
  }

  private byte[] answer(byte[] query) {
    var end = 12;
    var name = new StringBuilder();
    while (query[end] != 0) {
      name.append(name.isEmpty() ? "" : ".");
      name.append(new String(query, end + 1, query[end], StandardCharsets.US_ASCII));
      end += query[end] + 1;
    }
    var type = (query[end + 1] & 0xff) << 8 | query[end + 2] & 0xff;
    var server = servers.get(name.toString().toLowerCase(Locale.ROOT));
    var found = server != null && type == SRV;
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    try {
      out.write(query, 0, 2);
      // Response, authoritative, recursion available; "recursion desired" is copied.
      out.writeByte(0x84 | query[2] & 1);
      out.writeByte(0x80 | (server == null ? NO_SUCH_NAME : 0));
      out.writeShort(1);
      out.writeShort(found ? 1 : 0);
      out.writeInt(0);
      out.write(query, 12, end + 5 - 12);
      if (found) {
        writeService(out, server);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void writeService(DataOutputStream out, InetSocketAddress server)
      throws IOException {
    var target = new ByteArrayOutputStream();
    for (var label : server.getAddress().getHostAddress().split("\\.")) {
      target.write(label.length());
      target.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    target.write(0);
    out.writeShort(0xc00c); // the name in the question
    out.writeShort(SRV);
    out.writeShort(1);
    out.writeInt(0); // never cached: a domain may move
    out.writeShort(6 + target.size());
    out.writeShort(0);
    out.writeShort(0);
    out.writeShort(server.getPort());
    out.write(target.toByteArray());
  }
}
