package org.serverroster.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A real XMPP server as a process of its own: what all of them have in common. */
public interface HostServer extends AutoCloseable {

  /** Those that we have. */
  enum Kind {
    PROSODY,
    EJABBERD;

    /**
     * One that keeps everything below that folder.
     *
     * @throws IllegalStateException if it is not installed
     */
    public HostServer in(Path folder, Dns dns) throws IOException {
      return this == PROSODY ? Prosody.in(folder, dns) : Ejabberd.in(folder, dns);
    }

    /** The other one. */
    public Kind other() {
      return this == PROSODY ? EJABBERD : PROSODY;
    }
  }

  /** A host as the server ships it. */
  HostServer host(String domain);

  /**
   * A host with our shim, handing over to that component.
   *
   * @param settings options of the shim by their names, without the server's prefix
   */
  HostServer rosterHost(String domain, String component, Map<String, String> settings);

  /** An external component with its secret. */
  HostServer component(String domain, String secret);

  /** A user account, as in {@code nurse@capulet.lit}. */
  HostServer user(String jid, String password);

  /** A user account of the server's administrators. */
  HostServer admin(String jid, String password);

  /**
   * Federates over TLS alone, with servers whose certificate counts; its own names all its domains.
   *
   * @param authority signs its certificate
   * @param trusted whose certificates it believes
   */
  HostServer federateOverTls(Authority authority, Authority trusted);

  /** Starts and waits until it takes components and federation. */
  HostServer start() throws IOException;

  /** Stops it in an orderly way; does nothing if it does not run. */
  void stop();

  /** Ends it at once, as a crash does, and waits until it is gone. */
  void kill9();

  /** Stops its process (SIGSTOP); its sockets stay open. */
  void freeze() throws IOException;

  /** Lets it go on (SIGCONT). */
  void thaw() throws IOException;

  /** Removes its data and its log; only while it is stopped. */
  void wipe() throws IOException;

  /** Where external components connect. */
  java.net.InetSocketAddress components();

  /** Connects as that component. */
  ComponentClient connect(String component) throws IOException;

  /** Connects as that user. */
  UserClient login(String jid) throws IOException;

  /** The file that it logs to. */
  Path log();

  @Override
  void close();
}
