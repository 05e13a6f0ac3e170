package org.serverroster.flow;

import java.util.ArrayList;
import java.util.List;
import org.serverroster.lab.AppendixA;

/**
 * What must become of one peer by what it says and what people decide, in that order: the state by
 * the tables of RFC 6121 alone, and all that we say to it. Knows nothing of our code.
 */
final class Expected {
  private String state = "none";
  private boolean preApproved;
  private boolean denied;
  private boolean quiet;
  private int requests;
  private final List<String> said = new ArrayList<>();

  /** The state by now. */
  String state() {
    return state;
  }

  /** The types of all presence to the peer so far, "" for available. */
  List<String> said() {
    return said;
  }

  /** How many requests people were asked about by mail. */
  int requests() {
    return requests;
  }

  /** Whether the request that waits now is one that people were asked about by mail. */
  boolean isAskedAbout() {
    return isAsked() && !quiet;
  }

  /** Whether the peer is trusted. */
  boolean trusts() {
    return state.startsWith("from") || state.equals("both");
  }

  /** Whether an administrator can do this now. */
  boolean allows(String action) {
    return switch (action) {
      case "subscribe" -> !receives() && !waits();
      case "approve", "deny" -> isAsked();
      case "revoke" -> trusts();
      case "unsubscribe" -> receives() || waits();
      default -> throw new IllegalArgumentException(action);
    };
  }

  /** The peer says this. */
  void hears(String type) {
    boolean news = AppendixA.inbound(state, type).passes();
    String reply = AppendixA.inbound(state, type).reply();
    if (reply.equals("unsubscribed") && trusts()) {
      said.add("unavailable");
    }
    state = AppendixA.inbound(state, type).state();
    if (!reply.isEmpty()) {
      said.add(reply);
    }
    if (reply.equals("subscribed")) {
      said.add("");
    }
    if (news && type.equals("subscribe")) {
      isAskedBy();
    } else if (news && type.equals("unsubscribed")) {
      preApproved = false;
    }
  }

  /** An administrator does this, without a word about requests that may come. */
  void does(String action) {
    switch (action) {
      case "subscribe" -> says("subscribe");
      case "approve" -> approves();
      case "deny" -> {
        says("unsubscribed");
        denied = true;
      }
      case "revoke" -> {
        said.add("unavailable");
        says("unsubscribed");
        if (receives() || waits()) {
          says("unsubscribe");
        }
      }
      case "unsubscribe" -> says("unsubscribe");
      default -> throw new IllegalArgumentException(action);
    }
    preApproved = false;
  }

  /** An administrator asks the peer, and says beforehand that it may ask back. */
  void asksAndPreApproves() {
    if (isAsked()) {
      approves();
    } else {
      says("subscribe");
      if (!trusts()) {
        preApproved = true;
        denied = false;
      }
    }
  }

  private void isAskedBy() {
    if (preApproved) {
      approves();
    } else {
      quiet = denied;
      requests += quiet ? 0 : 1;
    }
  }

  private void approves() {
    says("subscribed");
    said.add("");
    if (!receives() && !waits()) {
      says("subscribe");
    }
    preApproved = false;
    denied = false;
  }

  private void says(String type) {
    said.add(type);
    state = AppendixA.outbound(state, type).state();
  }

  private boolean receives() {
    return state.startsWith("to") || state.equals("both");
  }

  private boolean waits() {
    return state.contains("+pending-out");
  }

  private boolean isAsked() {
    return state.endsWith("+pending-in") || state.endsWith("out+in");
  }

  @Override
  public String toString() {
    return state + " after saying " + said;
  }
}
