package org.serverroster.fault;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.serverroster.lab.AppendixA;
import org.serverroster.lab.Stanza;
import org.serverroster.lab.StanzaSplitter;

/** Writes down what goes over a component stream, and knows the moments of each stanza. */
final class StreamEar implements Gate.Conversation {

  private static final String ACCEPT = "jabber:component:accept";
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String stream = "stream-" + COUNT.incrementAndGet();
  private final History history;
  private final Points points;
  private final Map<String, Boolean> asked = new ConcurrentHashMap<>();
  private final AtomicBoolean up = new AtomicBoolean();

  StreamEar(History history, Points points) {
    this.history = history;
    this.points = points;
  }

  @Override
  public Gate.Ear fromClient() {
    return ear(this::component);
  }

  @Override
  public Gate.Ear fromServer() {
    return ear(this::server);
  }

  @Override
  public void over() {
    if (up.compareAndSet(true, false)) {
      history.note(Event.STREAM_DOWN, "stream", stream);
    }
  }

  private interface Sink {
    void pass(String xml) throws IOException;
  }

  private interface Listener {
    void hear(Stanza stanza, Sink onward) throws IOException;
  }

  private void component(Stanza stanza, Sink onward) throws IOException {
    String iq = stanza.id();
    if (stanza.name().equals("iq") && stanza.type().equals("set")) {
      Stanza presence = presence(stanza, "send");
      if (presence != null) {
        boolean counts = AppendixA.TYPES.contains(presence.type());
        if (counts) {
          points.reach("before-stanza");
        }
        asked.put(iq, counts);
        history.note(
            Event.SENDING,
            "stream",
            stream,
            "iq",
            iq,
            "peer",
            presence.to(),
            "id",
            rowOf(presence.id()),
            "type",
            presence.type());
      }
      onward.pass(stanza.xml());
    } else if (stanza.name().equals("iq")
        && stanza.type().equals("result")
        && iq.startsWith("handover-")) {
      points.reach("before-acknowledgement");
      history.note(Event.TAKEN_OVER, "seq", iq.substring("handover-".length()));
      onward.pass(stanza.xml());
      points.reach("after-acknowledgement");
    } else {
      onward.pass(stanza.xml());
    }
  }

  private void server(Stanza stanza, Sink onward) throws IOException {
    if (stanza.name().equals("handshake") && up.compareAndSet(false, true)) {
      history.note(Event.STREAM_UP, "stream", stream);
    }
    Boolean counts = asked.remove(stanza.id());
    if (counts != null && stanza.type().equals("result")) {
      history.note(Event.SENT, "stream", stream, "iq", stanza.id());
      if (counts) {
        points.reach("after-stanza");
      }
    }
    Stanza presence = stanza.type().equals("set") ? presence(stanza, "handover") : null;
    if (presence != null && AppendixA.TYPES.contains(presence.type())) {
      history.note(
          Event.HANDED_OVER,
          "stream",
          stream,
          "seq",
          stanza.id().substring("handover-".length()),
          "peer",
          presence.from(),
          "id",
          presence.id(),
          "type",
          presence.type());
    }
    onward.pass(stanza.xml());
  }

  /** The id of a row of the outbox, which is in the id of its stanza. */
  private static String rowOf(String id) {
    return id.replaceFirst("^sr-[a-z]*-", "");
  }

  private static Stanza presence(Stanza iq, String wrapper) {
    return iq.child("urn:server-roster:handover:0", wrapper)
        .flatMap(
            inside ->
                inside.children().stream()
                    .filter(child -> child.name().equals("presence"))
                    .findFirst())
        .orElse(null);
  }

  private static Gate.Ear ear(Listener listener) {
    return new Gate.Ear() {
      private OutputStream onward;
      private final StanzaSplitter splitter =
          new StanzaSplitter(
              new StanzaSplitter.Listener() {
                @Override
                public void header(String tag) throws IOException {
                  write(tag);
                }

                @Override
                public void stanza(String xml) throws IOException {
                  listener.hear(Stanza.parse(xml, ACCEPT), text -> write(text));
                }

                @Override
                public void end() throws IOException {
                  write("</stream:stream>");
                }
              });

      @Override
      public void hear(byte[] bytes, int length, OutputStream out) throws IOException {
        onward = out;
        splitter.accept(bytes, length);
      }

      private void write(String text) throws IOException {
        onward.write(text.getBytes(StandardCharsets.UTF_8));
        onward.flush();
      }
    };
  }
}
