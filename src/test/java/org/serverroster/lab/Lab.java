package org.serverroster.lab;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The arrangement of the demo and of the tests with real servers: Prosody is {@code capulet.lit}
 * with our shim and the component {@code roster.capulet.lit}; ejabberd is {@code verona.lit} and
 * carries the peers as external components, {@code montague.lit} first. They federate by dialback.
 */
public final class Lab implements AutoCloseable {
  /** Our host, which the shim attaches. */
  public static final String HOST = "capulet.lit";

  /** The component that Server Roster logs in as. */
  public static final String COMPONENT = "roster.capulet.lit";

  /** The first peer. */
  public static final String PEER = "montague.lit";

  /** The component secret on both servers. */
  public static final String SECRET = "a-secret-of-the-lab";

  /** The server's administrator, its password is {@link #SECRET}. */
  public static final String ADMIN = "admin@capulet.lit";

  private final Dns dns;
  private final Prosody prosody;
  private final Ejabberd ejabberd;

  private Lab(Dns dns, Prosody prosody, Ejabberd ejabberd) {
    this.dns = dns;
    this.prosody = prosody;
    this.ejabberd = ejabberd;
  }

  /** Both servers configured but not started, so that more can be configured. */
  public static Lab in(Path folder) throws IOException {
    var dns = Dns.start();
    try {
      var prosody =
          Prosody.in(folder.resolve("prosody"), dns)
              .rosterHost(HOST, COMPONENT)
              .component(COMPONENT, SECRET)
              .admin(ADMIN, SECRET);
      var ejabberd =
          Ejabberd.in(folder.resolve("ejabberd"), dns).host("verona.lit").component(PEER, SECRET);
      return new Lab(dns, prosody, ejabberd);
    } catch (IOException | RuntimeException e) {
      dns.close();
      throw e;
    }
  }

  /** Starts both servers. */
  public Lab start() throws IOException {
    try {
      ejabberd.start();
      prosody.start();
      return this;
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The names of the lab. */
  public Dns dns() {
    return dns;
  }

  /** Our side. */
  public Prosody prosody() {
    return prosody;
  }

  /** The peers' side. */
  public Ejabberd ejabberd() {
    return ejabberd;
  }

  /** Connects as the first peer. */
  public ComponentClient connectPeer() throws IOException {
    return ejabberd.connect(PEER);
  }

  @Override
  public void close() {
    prosody.close();
    ejabberd.close();
    dns.close();
  }
}
