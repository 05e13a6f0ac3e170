package org.serverroster.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
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
    Background.begin("recorder", this::accept);
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

  /** The state to which the tables of the RFC lead by that. */
  public String replayed(String ours, String peer) {
    String state = "none";
    for (Step step : between(ours, peer)) {
      state =
          (step.inbound()
                  ? AppendixA.inbound(state, step.type())
                  : AppendixA.outbound(state, step.type()))
              .state();
    }
    return state;
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
      component.setTcpNoDelay(true);
      host.setTcpNoDelay(true);
      sockets.addAll(List.of(component, host));
      Background.begin("recorder in", () -> pass(host, component, true));
      Background.begin("recorder out", () -> pass(component, host, false));
    }
  }

  private void pass(Socket from, Socket to, boolean inbound) throws IOException {
    try (from;
        to) {
      Tap tap = new Tap(from.getInputStream(), to.getOutputStream());
      try {
        read(tap, inbound);
      } catch (XMLStreamException noXml) {
        // the two may still understand each other
      }
      while (tap.read(new byte[8192]) >= 0) {
        // passes on what is left
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

  /**
   * Passes on what was read when the reader asks for more. So a stanza is written down before
   * anybody can answer it, and what was written down is in the order of causes and effects.
   */
  private static final class Tap extends InputStream {
    private final InputStream input;
    private final OutputStream output;
    private byte[] held = {};

    private Tap(InputStream input, OutputStream output) {
      this.input = input;
      this.output = output;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      output.write(held);
      held = new byte[0];
      int n = input.read(buffer, offset, length);
      if (n > 0) {
        held = Arrays.copyOfRange(buffer, offset, offset + n);
      }
      return n;
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
}
