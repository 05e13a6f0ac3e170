package org.serverroster.fault;

import java.util.Map;

/**
 * Something that a party of a run saw or did.
 *
 * @param at when, in microseconds since the run began
 * @param what the kind, one of the constants of this class
 * @param facts what it was about, by name
 */
record Event(long at, String what, Map<String, String> facts) {

  /** A peer has written a presence: {@code peer}, {@code id}, {@code type}. */
  static final String SAID = "said";

  /** The server has answered a ping that the peer sent after it: {@code peer}, {@code id}. */
  static final String CONFIRMED = "confirmed";

  /** The server has refused a presence: {@code peer}, {@code id}. */
  static final String BOUNCED = "bounced";

  /** A presence of ours has reached a peer: {@code peer}, {@code id}, {@code type}. */
  static final String HEARD = "heard";

  /** The server hands a stanza over: {@code seq}, {@code peer}, {@code id}, {@code type}. */
  static final String HANDED_OVER = "handed-over";

  /** Server Roster has taken it over: {@code seq}. */
  static final String TAKEN_OVER = "taken-over";

  /** Server Roster asks the server to send: {@code peer}, {@code id}, {@code type}, {@code iq}. */
  static final String SENDING = "sending";

  /** The server has sent it: {@code iq}. */
  static final String SENT = "sent";

  /** A component stream is authenticated, or over: {@code stream}. */
  static final String STREAM_UP = "stream-up";

  static final String STREAM_DOWN = "stream-down";

  /**
   * The SMTP server has taken a mail: {@code id}, {@code to}; a digest also: {@code asks}, the
   * peers about which it asks, {@code says}, what else it says, in lines, and {@code more}, how
   * much more of that it leaves out.
   */
  static final String MAILED = "mailed";

  /** The receiver of events has taken one: {@code id}. */
  static final String TOLD = "told";

  /** The receiver of lines for people has taken one: {@code id}. */
  static final String SPOKEN = "spoken";

  /** PostgreSQL has ended a transaction of Server Roster with a serialization failure. */
  static final String COLLIDED = "serialization-failure";

  /** PostgreSQL has refused something because its disk is full (53100). */
  static final String DISK_FULL = "disk-full";

  /** PostgreSQL has ended all its sessions: a PANIC, or the crash of a process (57P02). */
  static final String PANICKED = "panic";

  /** An administrator orders something: {@code op}, {@code via}, {@code peer}, {@code action}. */
  static final String ORDERED = "ordered";

  /** What came of it: {@code op}, {@code status}, 0 when nobody answered. */
  static final String ANSWERED = "answered";

  /** Whoever shall break things begins now; until then nobody did. */
  static final String CALM_IS_OVER = "calm-is-over";

  /** What the injector did: {@code fault}. */
  static final String FAULT = "fault";

  String get(String name) {
    return facts.getOrDefault(name, "");
  }

  boolean is(String kind) {
    return what.equals(kind);
  }
}
