package org.serverroster.flow;

import static org.serverroster.flow.House.OURS;
import static org.serverroster.flow.House.presence;
import static org.serverroster.flow.House.xmpp;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.w3c.dom.Element;

/** A peer that reacts to our presence by itself, at the wire; to everything else it is silent. */
final class ReactingPeer {
  private final String domain;
  private final Function<String, List<String>> reaction;
  private final List<String> handOvers = new CopyOnWriteArrayList<>();

  /**
   * Begins to react.
   *
   * @param reaction the types of what it says to presence of a type, "" for available
   */
  ReactingPeer(String domain, Function<String, List<String>> reaction) {
    this.domain = domain;
    this.reaction = reaction;
    xmpp().answerSends(this::hear);
  }

  /** Says something, with the one id that it has for everything. */
  void says(String type) {
    handOvers.add(xmpp().startHandOver(OURS, presence(domain, type, "id='the-one-id'")));
  }

  /** Waits until all that it has said is taken over. */
  void awaitHeard() {
    handOvers.forEach(id -> xmpp().awaitAnswer(id));
  }

  private String hear(Element stanza) {
    if (stanza.getLocalName().equals("presence") && stanza.getAttribute("to").equals(domain)) {
      reaction.apply(stanza.getAttribute("type")).forEach(this::says);
    }
    return "";
  }
}
