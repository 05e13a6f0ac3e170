package org.serverroster.xmpp;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.StartupListener;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.camel.support.DefaultComponent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code xmpp-component} Camel component: an external component of an XMPP server (XEP-0114).
 *
 * <p>Owns the streams, one for each component domain, and closes each when its last consumer or
 * producer has stopped. A stream connects when the Camel context has started, so that nothing
 * arrives before all routes listen.
 */
public class XmppComponent extends DefaultComponent {

  private static final Logger LOG = LoggerFactory.getLogger(XmppComponent.class);

  private final Map<String, SharedStream> streams = new HashMap<>();
  private final List<StreamListener> listeners = new CopyOnWriteArrayList<>();
  private XmppConfiguration configuration = new XmppConfiguration();
  private ExceptionHandler exceptionHandler;

  /**
   * Whom the consumers tell of what could not be handled; null for Camel's own, which writes each
   * to the log with its stack trace. An endpoint's {@code exceptionHandler} goes before.
   */
  public void setExceptionHandler(ExceptionHandler exceptionHandler) {
    this.exceptionHandler = exceptionHandler;
  }

  /** Where the stream of a component stands; {@code STOPPED} if there is none. */
  public StreamState streamState(String component) {
    SharedStream shared = find(component);
    return shared == null ? StreamState.STOPPED : shared.stream.state();
  }

  /** Why the stream of a component last failed, in one line; null if it never did. */
  public String lastProblem(String component) {
    SharedStream shared = find(component);
    return shared == null ? null : shared.stream.lastProblem();
  }

  /** What the stream of a component has seen since it was opened; null if there is none. */
  public StreamCounters streamCounters(String component) {
    SharedStream shared = find(component);
    return shared == null ? null : shared.stream.counters();
  }

  /** How many stanzas that have arrived on the stream of a component wait for a worker. */
  public int stanzasWaiting(String component) {
    SharedStream shared = find(component);
    return shared == null ? 0 : shared.stream.waiting();
  }

  /** Tells {@code listener} every change of state of every stream from now on. */
  public void addStreamListener(StreamListener listener) {
    listeners.add(listener);
  }

  /** Tells {@code listener} nothing any more. */
  public void removeStreamListener(StreamListener listener) {
    listeners.remove(listener);
  }

  @Override
  protected void doInit() throws Exception {
    super.doInit();
    Smack.ready();
  }

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    XmppConfiguration own = configuration.copy();
    setProperties(own, parameters);
    XmppEndpoint endpoint = new XmppEndpoint(uri, this, remaining, own);
    endpoint.setExceptionHandler(exceptionHandler);
    setProperties(endpoint, parameters);
    return endpoint;
  }

  /** Registers the consumer before the stream connects, so that it misses nothing. */
  ComponentStream acquire(StreamSettings settings, StanzaHandler consumer) throws Exception {
    SharedStream shared;
    synchronized (streams) {
      shared = streams.computeIfAbsent(settings.jid().toString(), jid -> open(settings));
      if (!shared.stream.settings().equals(settings)) {
        throw new IllegalArgumentException(
            "The stream of component " + settings.jid() + " is open with other options");
      }
      shared.users++;
    }
    ComponentStream stream = shared.stream;
    if (consumer != null) {
      stream.reception().add(consumer);
    }
    register(shared.health, true);
    getCamelContext().addStartupListener(new Starter(stream));
    return stream;
  }

  void release(String component) throws InterruptedException {
    SharedStream last = null;
    synchronized (streams) {
      SharedStream shared = find(component);
      if (shared != null && --shared.users == 0) {
        last = streams.remove(shared.stream.settings().jid().toString());
      }
    }
    if (last != null) {
      register(last.health, false);
      last.stream.stop();
    }
  }

  private SharedStream open(StreamSettings settings) {
    String jid = settings.jid().toString();
    ComponentStream stream =
        new ComponentStream(
            settings, getCamelContext().getExecutorServiceManager(), state -> tell(jid, state));
    return new SharedStream(stream);
  }

  private void tell(String jid, StreamState state) {
    for (StreamListener listener : listeners) {
      try {
        listener.streamChanged(jid, state);
      } catch (RuntimeException e) {
        LOG.error("A listener failed at {}", state, e); // its trouble is not the stream's
      }
    }
  }

  private SharedStream find(String component) {
    synchronized (streams) {
      return streams.get(StreamSettings.domain("the component", component).toString());
    }
  }

  private void register(StreamHealthCheck check, boolean add) {
    HealthCheckRegistry registry = HealthCheckRegistry.get(getCamelContext());
    if (registry != null && add) {
      registry.register(check);
    } else if (registry != null) {
      registry.unregister(check);
    }
  }

  /** The default options of all endpoints. */
  public XmppConfiguration getConfiguration() {
    return configuration;
  }

  public void setConfiguration(XmppConfiguration configuration) {
    this.configuration = configuration;
  }

  /** See {@link XmppConfiguration#getHost()}. */
  public String getHost() {
    return configuration.getHost();
  }

  public void setHost(String host) {
    configuration.setHost(host);
  }

  /** See {@link XmppConfiguration#getPort()}. */
  public int getPort() {
    return configuration.getPort();
  }

  public void setPort(int port) {
    configuration.setPort(port);
  }

  /** See {@link XmppConfiguration#getSecret()}. */
  public String getSecret() {
    return configuration.getSecret();
  }

  public void setSecret(String secret) {
    configuration.setSecret(secret);
  }

  /** See {@link XmppConfiguration#getHandoverHosts()}. */
  public String getHandoverHosts() {
    return configuration.getHandoverHosts();
  }

  public void setHandoverHosts(String handoverHosts) {
    configuration.setHandoverHosts(handoverHosts);
  }

  /** See {@link XmppConfiguration#getTls()}. */
  public String getTls() {
    return configuration.getTls();
  }

  public void setTls(String tls) {
    configuration.setTls(tls);
  }

  /** See {@link XmppConfiguration#getTlsCa()}. */
  public String getTlsCa() {
    return configuration.getTlsCa();
  }

  public void setTlsCa(String tlsCa) {
    configuration.setTlsCa(tlsCa);
  }

  /** See {@link XmppConfiguration#getWorkers()}. */
  public int getWorkers() {
    return configuration.getWorkers();
  }

  public void setWorkers(int workers) {
    configuration.setWorkers(workers);
  }

  /** See {@link XmppConfiguration#getQueueSize()}. */
  public int getQueueSize() {
    return configuration.getQueueSize();
  }

  public void setQueueSize(int queueSize) {
    configuration.setQueueSize(queueSize);
  }

  /** See {@link XmppConfiguration#getSendTimeout()}. */
  public Duration getSendTimeout() {
    return configuration.getSendTimeout();
  }

  public void setSendTimeout(Duration sendTimeout) {
    configuration.setSendTimeout(sendTimeout);
  }

  /** See {@link XmppConfiguration#getConnectTimeout()}. */
  public Duration getConnectTimeout() {
    return configuration.getConnectTimeout();
  }

  public void setConnectTimeout(Duration connectTimeout) {
    configuration.setConnectTimeout(connectTimeout);
  }

  /** See {@link XmppConfiguration#getReconnectMin()}. */
  public Duration getReconnectMin() {
    return configuration.getReconnectMin();
  }

  public void setReconnectMin(Duration reconnectMin) {
    configuration.setReconnectMin(reconnectMin);
  }

  /** See {@link XmppConfiguration#getReconnectMax()}. */
  public Duration getReconnectMax() {
    return configuration.getReconnectMax();
  }

  public void setReconnectMax(Duration reconnectMax) {
    configuration.setReconnectMax(reconnectMax);
  }

  /** See {@link XmppConfiguration#getKeepAlive()}. */
  public Duration getKeepAlive() {
    return configuration.getKeepAlive();
  }

  public void setKeepAlive(Duration keepAlive) {
    configuration.setKeepAlive(keepAlive);
  }

  /** See {@link XmppConfiguration#getIdleLimit()}. */
  public Duration getIdleLimit() {
    return configuration.getIdleLimit();
  }

  public void setIdleLimit(Duration idleLimit) {
    configuration.setIdleLimit(idleLimit);
  }

  /** See {@link XmppConfiguration#getMaxStanzaSize()}. */
  public int getMaxStanzaSize() {
    return configuration.getMaxStanzaSize();
  }

  public void setMaxStanzaSize(int maxStanzaSize) {
    configuration.setMaxStanzaSize(maxStanzaSize);
  }

  /** See {@link XmppConfiguration#getMaxDepth()}. */
  public int getMaxDepth() {
    return configuration.getMaxDepth();
  }

  public void setMaxDepth(int maxDepth) {
    configuration.setMaxDepth(maxDepth);
  }

  /** Connects when all routes have started, or at once if they have. */
  private record Starter(ComponentStream stream) implements StartupListener {

    @Override
    public void onCamelContextStarted(CamelContext context, boolean already) {
      if (already) { // else not yet: the routes start after this
        stream.start();
      }
    }

    @Override
    public void onCamelContextFullyStarted(CamelContext context, boolean already) {
      stream.start();
    }
  }

  private static final class SharedStream {
    private final ComponentStream stream;
    private final StreamHealthCheck health;
    private int users;

    private SharedStream(ComponentStream stream) {
      this.stream = stream;
      this.health = new StreamHealthCheck(stream);
    }
  }
}
