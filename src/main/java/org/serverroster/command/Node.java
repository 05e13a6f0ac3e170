package org.serverroster.command;

import java.util.Arrays;
import java.util.Optional;

/** The commands that we offer, by the nodes under which they are found (XEP-0050, section 2.2). */
enum Node {
  /** Asks a peer for its presence (XEP-0267 0.5, section 4). */
  SERVER_BUDDY("http://jabber.org/protocol/admin#server-buddy", "Ask a server for its presence"),
  /** Shows the requests that wait, and decides one. */
  PENDING_REQUESTS(
      "urn:server-roster:command:pending-requests", "Decide about servers that ask to be trusted"),
  /** Ends what there is with a peer. */
  REMOVE_PEER("urn:server-roster:command:remove-peer", "Remove a server from the server roster");

  private final String node;
  private final String title;

  Node(String node, String title) {
    this.node = node;
    this.title = title;
  }

  String node() {
    return node;
  }

  String title() {
    return title;
  }

  static Optional<Node> of(String node) {
    return Arrays.stream(values()).filter(known -> known.node.equals(node)).findAny();
  }
}
