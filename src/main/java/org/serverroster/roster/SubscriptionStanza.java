package org.serverroster.roster;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The four presence types that manage a subscription (RFC 6121, section 3). */
public enum SubscriptionStanza {
  SUBSCRIBE,
  SUBSCRIBED,
  UNSUBSCRIBE,
  UNSUBSCRIBED;

  /** The value of the presence stanza's {@code type} attribute, never null. */
  public String type() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The stanza of this {@code type} attribute; empty for every other presence type. */
  public static Optional<SubscriptionStanza> ofType(String type) {
    return Arrays.stream(values()).filter(stanza -> stanza.type().equals(type)).findAny();
  }
}
