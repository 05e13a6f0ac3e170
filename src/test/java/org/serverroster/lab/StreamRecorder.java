package org.serverroster.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Stands between a server and its component and writes down every presence that one tells the
 * other, plain or handed over. It knows nothing of what either makes of it.
 */
public final class StreamRecorder implements AutoCloseable {

  /**
   * A presence that went by.
   *
   * @param inbound from a peer to us
   * @param ours our entity, {@code peer} the other one
   * @param type the presence type, "" for available
   */
  public record Step(boolean inbound, String ours, String peer, String type) {}

  private final ServerSocket door;
  private final InetSocketAddress server;
  private final List<Step> steps = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  private StreamRecorder(InetSocketAddress server) throws IOException {
    this.server = server;
    this.door = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    begin("recorder", this::accept);
  }

  /** A recorder in front of that server's component port. */
  public static StreamRecorder before(InetSocketAddress server) throws IOException {
    return new StreamRecorder(server);
  }

  /** Where the component connects instead. */
  public InetSocketAddress address() {
    return (InetSocketAddress) door.getLocalSocketAddress();
  }

  /** What went by between our entity and that peer, in its order. */
  public List<Step> between(String ours, String peer) {
    return steps.stream()
        .filter(step -> step.ours().equals(ours) && step.peer().equals(peer))
        .toList();
  }

  @Override
  public void close() {
    try {
      door.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void accept() throws IOException {
    while (!door.isClosed()) {
      Socket component = door.accept();
      Socket host = new Socket();
      try {
        host.connect(server);
      } catch (IOException away) {
        component.close();
        continue;
      }
      sockets.addAll(List.of(component, host));
      begin("recorder in", () -> pass(host, component, true));
      begin("recorder out", () -> pass(component, host, false));
    }
  }

  private void pass(Socket from, Socket to, boolean inbound) throws IOException {
    PipedInputStream copy = new PipedInputStream(1 << 20);
    try (PipedOutputStream tee = new PipedOutputStream(copy);
        from;
        to) {
      begin("recorder reads", () -> read(copy, inbound));
      byte[] buffer = new byte[8192];
      InputStream input = from.getInputStream();
      OutputStream output = to.getOutputStream();
      for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
        tee.write(buffer, 0, n);
        tee.flush();
        output.write(buffer, 0, n);
      }
    }
  }

  private void read(InputStream text, boolean inbound) throws XMLStreamException {
    XMLStreamReader reader = XMLInputFactory.newDefaultFactory().createXMLStreamReader(text);
    List<String> open = new ArrayList<>();
    String to = "";
    String from = "";
    while (reader.hasNext()) {
      int event = reader.next();
      if (event == XMLStreamConstants.START_ELEMENT) {
        open.add(reader.getLocalName());
        if (open.size() == 2) {
          from = attribute(reader, "from");
          to = attribute(reader, "to");
        }
        boolean presence = reader.getLocalName().equals("presence");
        boolean handedOver = open.size() == 4 && open.get(2).equals(inbound ? "handover" : "send");
        if (presence && (open.size() == 2 || handedOver)) {
          String type = attribute(reader, "type");
          if (inbound) {
            String ours = handedOver ? from : bare(attribute(reader, "to"));
            steps.add(new Step(true, ours, attribute(reader, "from"), type));
          } else {
            String ours = handedOver ? to : from;
            steps.add(new Step(false, ours, attribute(reader, "to"), type));
          }
        }
      } else if (event == XMLStreamConstants.END_ELEMENT) {
        open.remove(open.size() - 1);
      }
    }
  }

  private static String attribute(XMLStreamReader reader, String name) {
    String value = reader.getAttributeValue(null, name);
    return value == null ? "" : value;
  }

  private static String bare(String jid) {
    int slash = jid.indexOf('/');
    return slash < 0 ? jid : jid.substring(0, slash);
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void begin(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception over) {
                // a connection has ended, and with it what can be read of it
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }
}
