package org.serverroster.xmpp;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.packet.id.StanzaIdUtil;
import org.jxmpp.jid.Jid;

/**
 * Sends the stanza in the body. Its {@code from} says in whose name:
 *
 * <ul>
 *   <li>nobody's or the component's: it is written to the stream. An IQ request in an exchange of
 *       pattern InOut waits for the answer, a result or an error, which becomes the body.
 *   <li>that of one of the {@code handoverHosts}: the server is asked to send it ({@link Handover})
 *       and the exchange ends with its acknowledgement. An answer that came with it becomes the
 *       body if the pattern is InOut.
 *   <li>anybody else's: {@link IllegalArgumentException}.
 * </ul>
 *
 * <p>Fails with {@link StreamDownException}, {@link StanzaRefusedException} or {@link
 * AcknowledgementMissingException}.
 */
final class XmppProducer extends DefaultAsyncProducer {

  private final XmppEndpoint endpoint;
  private ComponentStream stream;

  XmppProducer(XmppEndpoint endpoint) {
    super(endpoint);
    this.endpoint = endpoint;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    stream = endpoint.acquireStream(null);
  }

  @Override
  protected void doStop() throws Exception {
    if (stream != null) {
      stream = null;
      endpoint.releaseStream();
    }
    super.doStop();
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    CompletableFuture<Void> sent;
    try {
      sent = send(exchange, exchange.getIn().getMandatoryBody(Stanza.class));
      if (exchange.isTransacted()) {
        sent.handle((done, problem) -> null).join(); // a transaction stays on its thread
      }
    } catch (Exception e) {
      exchange.setException(e);
      callback.done(true);
      return true;
    }
    if (sent.isDone()) {
      finish(exchange, sent);
      callback.done(true);
      return true;
    }
    sent.whenCompleteAsync(
        (done, problem) -> {
          finish(exchange, sent);
          callback.done(false);
        },
        stream.completions());
    return false;
  }

  private CompletableFuture<Void> send(Exchange exchange, Stanza stanza) throws IOException {
    Jid component = stream.settings().jid();
    Jid from = stanza.getFrom();
    boolean wantsAnswer = exchange.getPattern().isOutCapable();
    if (from == null || from.equals(component)) {
      stanza.setFrom(component);
      if (wantsAnswer && stanza instanceof IQ iq && iq.isRequestIQ()) {
        return ask(iq).thenAccept(answer -> exchange.getMessage().setBody(answer));
      }
      stream.send(stanza.toXML(Xml.CLIENT));
      return CompletableFuture.completedFuture(null);
    }
    if (!stream.settings().handoverHosts().contains(from)) {
      throw new IllegalArgumentException(
          "Neither the component " + component + " nor one of its handoverHosts: " + from);
    }
    String id = StanzaIdUtil.newStanzaId();
    return stream
        .ask(from, id, Handover.sendRequest(id, component, from, stanza))
        .thenAccept(
            answer -> {
              IQ inner = acknowledged(from, answer);
              if (wantsAnswer && stanza instanceof IQ) {
                exchange.getMessage().setBody(inner);
              }
            });
  }

  private CompletableFuture<IQ> ask(IQ iq) throws IOException {
    if (iq.getTo() == null) {
      throw new IllegalArgumentException("an IQ that waits for an answer needs an addressee");
    }
    if (iq.getStanzaId() == null) {
      iq.setStanzaId(StanzaIdUtil.newStanzaId());
    }
    return stream.ask(iq.getTo(), iq.getStanzaId(), iq.toXML(Xml.CLIENT));
  }

  private static IQ acknowledged(Jid host, IQ answer) {
    if (answer.getType() == IQ.Type.error) {
      StanzaError error = answer.getError();
      throw new CompletionException(
          new StanzaRefusedException(
              host.toString(),
              error == null ? "undefined-condition" : error.getCondition().toString()));
    }
    return answer instanceof Handover handover && handover.inner() instanceof IQ inner
        ? inner
        : null;
  }

  private static void finish(Exchange exchange, CompletableFuture<Void> sent) {
    sent.handle(
            (done, problem) -> {
              if (problem instanceof CompletionException && problem.getCause() != null) {
                exchange.setException(problem.getCause());
              } else if (problem != null) {
                exchange.setException(problem);
              }
              return null;
            })
        .join();
  }
}
