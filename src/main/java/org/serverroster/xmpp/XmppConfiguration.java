package org.serverroster.xmpp;

import java.time.Duration;

/**
 * The options of a component stream. Each is a parameter of the endpoint URI and a property of
 * {@link XmppComponent}, whose values are the defaults of its endpoints. Durations are written as
 * ISO 8601 ({@code PT30S}).
 */
public class XmppConfiguration implements Cloneable {

  private String host = "localhost";
  private int port = 5347;
  private String secret;
  private String handoverHosts = "";
  private String tls = "none";
  private String tlsCa;
  private int workers = 8;
  private int queueSize = 128;
  private Duration sendTimeout = Duration.ofSeconds(15);
  private Duration connectTimeout = Duration.ofSeconds(10);
  private Duration reconnectMin = Duration.ofSeconds(1);
  private Duration reconnectMax = Duration.ofSeconds(30);
  private Duration keepAlive = Duration.ofSeconds(30);
  private Duration idleLimit = Duration.ofSeconds(90);
  private int maxStanzaSize = 4 * 1024 * 1024;
  private int maxDepth = 64;

  /** A copy that can be changed without changing this. */
  public XmppConfiguration copy() {
    try {
      return (XmppConfiguration) clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  /** Host name or address of the XMPP server's component port. */
  public String getHost() {
    return host;
  }

  public void setHost(String host) {
    this.host = host;
  }

  /** TCP port for components; 5347 by default. */
  public int getPort() {
    return port;
  }

  public void setPort(int port) {
    this.port = port;
  }

  /** The secret shared with the server. Required; never logged. */
  public String getSecret() {
    return secret;
  }

  public void setSecret(String secret) {
    this.secret = secret;
  }

  /**
   * Bare domains, separated by commas, that may hand stanzas over and that we send for; none by
   * default.
   */
  public String getHandoverHosts() {
    return handoverHosts;
  }

  public void setHandoverHosts(String handoverHosts) {
    this.handoverHosts = handoverHosts;
  }

  /**
   * {@code none} (default) or {@code direct}: TLS from the first byte, the certificate must name
   * the host.
   */
  public String getTls() {
    return tls;
  }

  public void setTls(String tls) {
    this.tls = tls;
  }

  /**
   * PEM file of the authority that signed the server's certificate; null for the system's own list.
   */
  public String getTlsCa() {
    return tlsCa;
  }

  public void setTlsCa(String tlsCa) {
    this.tlsCa = tlsCa;
  }

  /** How many senders are served at a time; 8 by default. */
  public int getWorkers() {
    return workers;
  }

  public void setWorkers(int workers) {
    this.workers = workers;
  }

  /** How many stanzas wait for each worker before the socket is read no further; 128 by default. */
  public int getQueueSize() {
    return queueSize;
  }

  public void setQueueSize(int queueSize) {
    this.queueSize = queueSize;
  }

  /** How long a producer waits for an answer or acknowledgement; 15 s by default. */
  public Duration getSendTimeout() {
    return sendTimeout;
  }

  public void setSendTimeout(Duration sendTimeout) {
    this.sendTimeout = sendTimeout;
  }

  /** How long connecting may take, and then each step of the handshake; 10 s by default. */
  public Duration getConnectTimeout() {
    return connectTimeout;
  }

  public void setConnectTimeout(Duration connectTimeout) {
    this.connectTimeout = connectTimeout;
  }

  /** Wait before the first new attempt; it doubles with each failure; 1 s by default. */
  public Duration getReconnectMin() {
    return reconnectMin;
  }

  public void setReconnectMin(Duration reconnectMin) {
    this.reconnectMin = reconnectMin;
  }

  /** Longest wait between two attempts; 30 s by default. */
  public Duration getReconnectMax() {
    return reconnectMax;
  }

  public void setReconnectMax(Duration reconnectMax) {
    this.reconnectMax = reconnectMax;
  }

  /** White space is sent when nothing else was for this long (RFC 6120, 4.6.1); 30 s by default. */
  public Duration getKeepAlive() {
    return keepAlive;
  }

  public void setKeepAlive(Duration keepAlive) {
    this.keepAlive = keepAlive;
  }

  /**
   * The connection is given up when nothing arrives for this long. At half of it the component
   * pings itself through the server (XEP-0199), so that a living server has something to send. 90 s
   * by default, zero turns it off.
   */
  public Duration getIdleLimit() {
    return idleLimit;
  }

  public void setIdleLimit(Duration idleLimit) {
    this.idleLimit = idleLimit;
  }

  /**
   * Bytes after which a stanza ends the stream. 4 MiB by default: servers commonly allow a remote
   * stanza 512 KiB, and escaping can make six times that of it.
   */
  public int getMaxStanzaSize() {
    return maxStanzaSize;
  }

  public void setMaxStanzaSize(int maxStanzaSize) {
    this.maxStanzaSize = maxStanzaSize;
  }

  /** Nesting, counted from the stream element, beyond which a stanza is skipped; 64 by default. */
  public int getMaxDepth() {
    return maxDepth;
  }

  public void setMaxDepth(int maxDepth) {
    this.maxDepth = maxDepth;
  }
}
