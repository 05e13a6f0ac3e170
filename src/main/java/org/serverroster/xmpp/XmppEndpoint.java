package org.serverroster.xmpp;

import org.apache.camel.Consumer;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/**
 * One component of an XMPP server: {@code xmpp-component:roster.capulet.lit}. Its options are those
 * of {@link XmppConfiguration}.
 */
public class XmppEndpoint extends DefaultEndpoint implements MultipleConsumersSupport {

  private final String jid;
  private final XmppConfiguration configuration;

  XmppEndpoint(String uri, XmppComponent component, String jid, XmppConfiguration configuration) {
    super(uri, component);
    this.jid = jid;
    this.configuration = configuration;
  }

  /** The component's domain. */
  public String getJid() {
    return jid;
  }

  /** The options of this endpoint. */
  public XmppConfiguration getConfiguration() {
    return configuration;
  }

  @Override
  public Producer createProducer() {
    return new XmppProducer(this);
  }

  @Override
  public Consumer createConsumer(Processor processor) throws Exception {
    XmppConsumer consumer = new XmppConsumer(this, processor);
    configureConsumer(consumer);
    return consumer;
  }

  @Override
  public boolean isMultipleConsumersSupported() {
    return true;
  }

  /**
   * The stream of this component, opened for its first user.
   *
   * @param consumer gets what arrives; null for a producer
   */
  ComponentStream acquireStream(StanzaHandler consumer) throws Exception {
    return component().acquire(StreamSettings.of(jid, configuration), consumer);
  }

  /** Gives the stream back; its last user closes it. */
  void releaseStream() throws InterruptedException {
    component().release(jid);
  }

  private XmppComponent component() {
    return (XmppComponent) getComponent();
  }
}
