package org.serverroster.xmpp;

import java.util.concurrent.atomic.LongAdder;

/** What a component stream has seen since it was opened. Counts never decrease. */
public final class StreamCounters {

  final LongAdder received = new LongAdder();
  final LongAdder sent = new LongAdder();
  final LongAdder malformed = new LongAdder();
  final LongAdder oversized = new LongAdder();
  final LongAdder overcomplex = new LongAdder();
  final LongAdder unparsable = new LongAdder();
  final LongAdder forbidden = new LongAdder();
  final LongAdder misrouted = new LongAdder();
  final LongAdder unclaimed = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder connections = new LongAdder();

  /** Stanzas that arrived, whatever became of them. */
  public long received() {
    return received.sum();
  }

  /** Stanzas written to the stream. */
  public long sent() {
    return sent.sum();
  }

  /** Streams closed over what is not XML as XMPP allows it (RFC 6120, 4.9.3.13 and 4.9.3.18). */
  public long malformed() {
    return malformed.sum();
  }

  /** Streams closed over a stanza larger than the limit (RFC 6120, 4.9.3.14). */
  public long oversized() {
    return oversized.sum();
  }

  /** Stanzas skipped because they are nested too deep or carry too many attributes. */
  public long overcomplex() {
    return overcomplex.sum();
  }

  /** Stanzas skipped because they are XML but not XMPP: an unknown type, an impossible JID. */
  public long unparsable() {
    return unparsable.sum();
  }

  /** Hand-overs by somebody who may not hand over. */
  public long forbidden() {
    return forbidden.sum();
  }

  /** Stanzas dropped because they were addressed to another domain than the component's. */
  public long misrouted() {
    return misrouted.sum();
  }

  /** Stanzas that no consumer was there for, and answers to no question of ours. */
  public long unclaimed() {
    return unclaimed.sum();
  }

  /** Exchanges that ended with an exception or a roll-back. */
  public long failed() {
    return failed.sum();
  }

  /** Handshakes that were accepted. */
  public long connections() {
    return connections.sum();
  }
}
