package org.serverroster.xmpp;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaError.Condition;
import org.jivesoftware.smack.packet.StanzaError.Type;
import org.jxmpp.jid.DomainBareJid;
import org.jxmpp.jid.Jid;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.stringprep.XmppStringprepException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xmlpull.v1.XmlPullParserException;

/**
 * Reads the stanzas of an authenticated stream, sorts them, lets the consumers process them in the
 * lane of their sender, and answers.
 */
final class Reception {

  private static final Logger LOG = LoggerFactory.getLogger(Reception.class);

  private final StreamSettings settings;
  private final StreamCounters counters;
  private final PendingAnswers answers;
  private final Lanes lanes;
  private final Pulse pulse;
  private final List<StanzaHandler> handlers = new CopyOnWriteArrayList<>();

  /** Routes that stand still: a hand-over that one of them has not seen is not acknowledged. */
  private final Set<String> still = ConcurrentHashMap.newKeySet();

  Reception(
      StreamSettings settings,
      StreamCounters counters,
      PendingAnswers answers,
      Lanes lanes,
      Pulse pulse) {
    this.settings = settings;
    this.counters = counters;
    this.answers = answers;
    this.lanes = lanes;
    this.pulse = pulse;
  }

  void add(StanzaHandler handler) {
    handlers.add(handler);
    still.remove(handler.route());
  }

  /**
   * The route of the consumer stands still and may go on, with another consumer. Until then
   * hand-overs have to wait, whoever else there is: when all routes stop one after the other, those
   * that are left may not care for a stanza.
   */
  void pause(StanzaHandler handler) {
    still.add(handler.route()); // before it is missed: see acknowledge
    handlers.remove(handler);
  }

  /** The route of the consumer will not go on. */
  void forget(StanzaHandler handler) {
    still.remove(handler.route());
  }

  /** Returns when the server ends the stream; throws when it breaks. */
  void read(StreamConnection connection)
      throws IOException, XmlPullParserException, InterruptedException {
    GuardedParser parser = connection.parser();
    boolean open = true;
    while (open && parser.toNextChild()) {
      connection.throwIfStreamError();
      open = readChild(connection, parser);
    }
  }

  private boolean readChild(StreamConnection connection, GuardedParser parser)
      throws IOException, XmlPullParserException, InterruptedException {
    String kind = parser.getName();
    String id = parser.getAttributeValue(null, "id");
    String from = parser.getAttributeValue(null, "from");
    String type = parser.getAttributeValue(null, "type");
    if (!isStanza(kind) || !Xml.isStanzaNamespace(parser.getNamespace())) {
      parser.skipChild();
      return true;
    }
    counters.received.increment();
    try {
      return sort(connection, parser.readStanza());
    } catch (UnreadableStanzaException e) {
      (e.overcomplex() ? counters.overcomplex : counters.unparsable).increment();
      LOG.debug("Skipped {} from {}: {}", kind, Printable.of(from), e.getMessage());
      boolean request = kind.equals(IQ.IQ_ELEMENT) && ("get".equals(type) || "set".equals(type));
      return !request || id == null || answerBadRequest(connection, id, from);
    }
  }

  private static boolean isStanza(String kind) {
    return kind.equals("presence") || kind.equals("message") || kind.equals(IQ.IQ_ELEMENT);
  }

  private boolean answerBadRequest(StreamConnection connection, String id, String from)
      throws InterruptedException {
    Jid sender;
    try {
      sender = from == null ? null : JidCreate.from(from);
    } catch (XmppStringprepException | IllegalArgumentException e) {
      sender = null;
    }
    if (sender == null) {
      return true;
    }
    CharSequence error = Xml.error(id, settings.jid(), sender, Condition.bad_request, Type.MODIFY);
    return lanes.submit(sender.getDomain().toString(), () -> send(connection, error));
  }

  private boolean sort(StreamConnection connection, Stanza stanza) throws InterruptedException {
    Jid from = stanza.getFrom();
    Jid to = stanza.getTo();
    if (from != null && from.equals(settings.jid())) {
      return true; // our own ping, back from the server: that it came was the point
    }
    if (to != null && !to.getDomain().equals(settings.jid().getDomain())) {
      counters.misrouted.increment();
      return true;
    }
    if (stanza instanceof IQ iq && !iq.isRequestIQ()) {
      if (!answers.complete(iq)) {
        counters.unclaimed.increment();
      }
      return true;
    }
    if (stanza instanceof Handover handover && handover.isRequest()) {
      return takeOver(connection, handover);
    }
    return lanes.submit(lane(from), () -> process(connection, stanza));
  }

  private boolean takeOver(StreamConnection connection, Handover handover)
      throws InterruptedException {
    Jid host = handover.getFrom();
    if (!settings.jid().equals(handover.getTo())
        || !(host instanceof DomainBareJid)
        || !settings.handoverHosts().contains(host)) {
      if (counters.forbidden()
          == 0) { // the first may be a setting; a stranger shall not fill the log
        LOG.warn("{} handed a stanza over and is not in handoverHosts", Printable.of(host));
      }
      counters.forbidden.increment();
      CharSequence error = Xml.error(handover, Condition.forbidden, Type.AUTH);
      return lanes.submit(lane(host), () -> send(connection, error));
    }
    Stanza inner = handover.inner();
    boolean sane =
        inner != null
            && inner.getTo() != null
            && host.equals(inner.getTo().asBareJid())
            && (!(inner instanceof IQ iq) || iq.isRequestIQ());
    if (!sane) {
      counters.unparsable.increment();
      CharSequence error = Xml.error(handover, Condition.bad_request, Type.MODIFY);
      return lanes.submit(lane(host), () -> send(connection, error));
    }
    handover.receivedAt(pulse.arrival());
    return lanes.submit(
        lane(inner.getFrom()), () -> send(connection, acknowledge(handover, inner)));
  }

  private CharSequence acknowledge(Handover handover, Stanza inner) {
    List<StanzaHandler> consumers = List.copyOf(handlers);
    if (consumers.isEmpty() || !still.isEmpty()) { // in this order
      counters.unclaimed.increment();
      return Xml.error(handover, Condition.service_unavailable, Type.WAIT);
    }
    try {
      Object body = offer(consumers, inner, handover);
      return Handover.acknowledge(
          handover, inner instanceof IQ iq ? Xml.answer(iq, body, Handover.NAMESPACE) : null);
    } catch (Exception e) {
      counters.failed.increment();
      return Xml.error(handover, Condition.internal_server_error, Type.WAIT);
    }
  }

  private void process(StreamConnection connection, Stanza stanza) {
    if (handlers.isEmpty()) {
      counters.unclaimed.increment();
    }
    try {
      Object body = offer(handlers, stanza, null);
      if (stanza instanceof IQ iq) {
        send(connection, Xml.answer(iq, body, Xml.CLIENT));
      }
    } catch (Exception e) {
      counters.failed.increment();
      if (stanza instanceof IQ iq) {
        send(connection, Xml.error(iq, Condition.internal_server_error, Type.CANCEL));
      }
    }
  }

  /** Every consumer gets every stanza, but an IQ only until one has answered it. */
  private static Object offer(List<StanzaHandler> consumers, Stanza stanza, Handover handover)
      throws Exception {
    Object answer = null;
    for (StanzaHandler handler : consumers) {
      answer = handler.handle(stanza, handover);
      if (stanza instanceof IQ && answer != null) {
        break;
      }
    }
    return answer;
  }

  /**
   * An answer belongs to the connection that the question came on: when that is lost, the server
   * asks again.
   */
  private void send(StreamConnection connection, CharSequence answer) {
    try {
      connection.write(answer);
      counters.sent.increment();
    } catch (IOException e) {
      LOG.debug("An answer was lost with its connection: {}", Printable.of(e.getMessage()));
    }
  }

  private static String lane(Jid from) {
    return from == null ? "" : from.getDomain().toString();
  }
}
