package org.serverroster.xmpp;

import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.support.DefaultConsumer;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.Stanza;

/** Makes an exchange of each stanza and waits for it: what it returns may be acknowledged. */
final class XmppConsumer extends DefaultConsumer implements StanzaHandler {

  private final XmppEndpoint endpoint;
  private ComponentStream stream;
  private Reception reception;

  XmppConsumer(XmppEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
    this.endpoint = endpoint;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    stream = endpoint.acquireStream(this);
    reception = stream.reception();
  }

  @Override
  protected void doStop() throws Exception {
    if (stream != null) {
      reception.pause(this);
      stream = null;
      endpoint.releaseStream();
    }
    super.doStop();
  }

  @Override
  public String route() {
    return String.valueOf(getRouteId());
  }

  @Override
  protected void doShutdown() throws Exception {
    if (reception != null) {
      reception.forget(this);
    }
    super.doShutdown();
  }

  @Override
  public Object handle(Stanza stanza, Handover handover) throws Exception {
    Exchange exchange = createExchange(false);
    describe(stanza, handover, exchange);
    try {
      getProcessor().process(exchange);
    } catch (Exception e) {
      exchange.setException(e);
    }
    Exception failure = exchange.getException();
    if (failure == null && (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast())) {
      failure = new RollbackExchangeException("rolled back", exchange);
    }
    Object body = exchange.getMessage().getBody();
    defaultConsumerCallback(exchange, false).done(true);
    if (failure != null) {
      throw failure;
    }
    return body == stanza ? null : body;
  }

  private static void describe(Stanza stanza, Handover handover, Exchange exchange) {
    exchange.setPattern(stanza instanceof IQ ? ExchangePattern.InOut : ExchangePattern.InOnly);
    Message message = exchange.getIn();
    message.setBody(stanza);
    set(message, XmppHeaders.FROM, stanza.getFrom());
    set(message, XmppHeaders.TO, stanza.getTo());
    set(message, XmppHeaders.STANZA_ID, stanza.getStanzaId());
    if (handover != null) {
      set(message, XmppHeaders.HANDOVER_HOST, handover.getFrom());
      set(message, XmppHeaders.HANDOVER_SEQ, handover.seq());
      message.setHeader(XmppHeaders.HANDOVER_RECEIVED_AT, handover.receivedAt());
    }
    if (stanza.getError() != null) {
      set(message, XmppHeaders.ERROR_CONDITION, stanza.getError().getCondition());
    }
    if (stanza instanceof Presence presence) {
      set(message, XmppHeaders.STANZA_KIND, "presence");
      set(message, XmppHeaders.STANZA_TYPE, presence.getType());
      set(message, XmppHeaders.PRESENCE_TYPE, presence.getType());
    } else if (stanza instanceof IQ iq) {
      set(message, XmppHeaders.STANZA_KIND, "iq");
      set(message, XmppHeaders.STANZA_TYPE, iq.getType());
    } else if (stanza instanceof org.jivesoftware.smack.packet.Message chat) {
      set(message, XmppHeaders.STANZA_KIND, "message");
      set(message, XmppHeaders.STANZA_TYPE, chat.getType());
    }
  }

  private static void set(Message message, String header, Object value) {
    if (value != null) {
      message.setHeader(header, value.toString());
    }
  }
}
