package org.serverroster.xmpp;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.jxmpp.jid.DomainBareJid;
import org.jxmpp.jid.impl.JidCreate;
import org.jxmpp.stringprep.XmppStringprepException;

/** The checked options of one stream; two endpoints of one domain must agree on all of them. */
record StreamSettings(
    DomainBareJid jid,
    String host,
    int port,
    String secret,
    Set<DomainBareJid> handoverHosts,
    boolean directTls,
    Path tlsCa,
    int workers,
    int queueSize,
    Duration sendTimeout,
    Duration connectTimeout,
    Duration reconnectMin,
    Duration reconnectMax,
    Duration keepAlive,
    Duration idleLimit,
    int maxStanzaSize,
    int maxDepth) {

  /**
   * @throws IllegalArgumentException if an option is missing or senseless; the message says which
   */
  static StreamSettings of(String component, XmppConfiguration options) {
    DomainBareJid jid = domain("the component", component);
    Set<DomainBareJid> hosts = new TreeSet<>();
    if (options.getHandoverHosts() != null) {
      for (String host : options.getHandoverHosts().split(",")) {
        if (!host.isBlank()) {
          hosts.add(domain("handoverHosts", host.strip()));
        }
      }
    }
    require(!hosts.contains(jid), "handoverHosts must not name the component itself");
    require(notBlank(options.getHost()), "host is missing");
    require(notBlank(options.getSecret()), "secret is missing");
    require(options.getPort() > 0 && options.getPort() < 65536, "port must be 1 to 65535");
    require(options.getWorkers() > 0, "workers must be at least 1");
    require(options.getQueueSize() > 0, "queueSize must be at least 1");
    require(options.getMaxStanzaSize() >= 10_000, "maxStanzaSize must be at least 10000");
    require(options.getMaxDepth() >= 8, "maxDepth must be at least 8");
    require(positive(options.getSendTimeout()), "sendTimeout must be positive");
    require(positive(options.getConnectTimeout()), "connectTimeout must be positive");
    require(positive(options.getKeepAlive()), "keepAlive must be positive");
    require(!options.getIdleLimit().isNegative(), "idleLimit must be zero or positive");
    require(positive(options.getReconnectMin()), "reconnectMin must be positive");
    require(
        options.getReconnectMax().compareTo(options.getReconnectMin()) >= 0,
        "reconnectMax must not be less than reconnectMin");
    boolean direct = "direct".equals(options.getTls());
    require(direct || "none".equals(options.getTls()), "tls must be none or direct");
    return new StreamSettings(
        jid,
        options.getHost(),
        options.getPort(),
        options.getSecret(),
        hosts,
        direct,
        notBlank(options.getTlsCa()) ? Path.of(options.getTlsCa()) : null,
        options.getWorkers(),
        options.getQueueSize(),
        options.getSendTimeout(),
        options.getConnectTimeout(),
        options.getReconnectMin(),
        options.getReconnectMax(),
        options.getKeepAlive(),
        options.getIdleLimit(),
        options.getMaxStanzaSize(),
        options.getMaxDepth());
  }

  /** Without the secret, because it ends up in messages. */
  @Override
  public String toString() {
    return jid + " at " + host + ":" + port;
  }

  static DomainBareJid domain(String what, String text) {
    try {
      if (JidCreate.from(text) instanceof DomainBareJid domain) {
        return domain;
      }
    } catch (XmppStringprepException | IllegalArgumentException e) {
      // no JID at all
    }
    throw new IllegalArgumentException(what + " must be a domain, not " + Printable.of(text));
  }

  private static boolean notBlank(String text) {
    return text != null && !text.isBlank();
  }

  private static boolean positive(Duration duration) {
    return !duration.isNegative() && !duration.isZero();
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException("xmpp-component: " + otherwise);
    }
  }
}
