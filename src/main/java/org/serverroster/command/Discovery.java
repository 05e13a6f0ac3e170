package org.serverroster.command;

import java.util.List;
import org.jivesoftware.smack.packet.EmptyResultIQ;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.packet.StanzaError.Condition;
import org.jivesoftware.smackx.commands.packet.AdHocCommandData;
import org.jivesoftware.smackx.disco.packet.DiscoverInfo;
import org.jivesoftware.smackx.disco.packet.DiscoverItems;
import org.jivesoftware.smackx.iqversion.packet.Version;
import org.jivesoftware.smackx.ping.packet.Ping;
import org.jivesoftware.smackx.xdata.packet.DataForm;

/**
 * Answers what anybody may ask about the component itself: what it can do (XEP-0030), whether it is
 * there (XEP-0199), what it is (XEP-0092). A host's own such answers are its server's.
 */
public final class Discovery {

  /** XEP-0267 0.5, section 5: whoever keeps a server roster says so. */
  static final String SERVER_PRESENCE = "urn:xmpp:server-presence";

  private final Commands commands;

  Discovery(Commands commands) {
    this.commands = commands;
  }

  /**
   * What kind of question it is: {@code discovery}, {@code trust}, {@code command}, {@code other}.
   */
  public String kindOf(IQ query) {
    if (query instanceof AdHocCommandData && query.getType() == IQ.Type.set) {
      return "command";
    }
    if (query.getType() != IQ.Type.get) {
      return "other";
    }
    if (query instanceof Trusted) {
      return "trust";
    }
    boolean known =
        query instanceof DiscoverInfo
            || query instanceof DiscoverItems
            || query instanceof Ping
            || query instanceof Version;
    return known ? "discovery" : "other";
  }

  /** The answer to a question of kind {@code discovery}. */
  public IQ answer(IQ query) {
    if (query instanceof DiscoverInfo info) {
      return info(info);
    }
    if (query instanceof DiscoverItems items) {
      return items(items);
    }
    if (query instanceof Version) {
      Version version = new Version("Server Roster", "1", null);
      version.setType(IQ.Type.result);
      return version;
    }
    return new EmptyResultIQ(query);
  }

  private IQ info(DiscoverInfo query) {
    DiscoverInfo answer = new DiscoverInfo();
    answer.setNode(query.getNode());
    if (query.getNode() == null) {
      answer.addIdentity(new DiscoverInfo.Identity("component", "Server Roster", "generic"));
      answer.addFeatures(
          List.of(
              DiscoverInfo.NAMESPACE,
              DiscoverItems.NAMESPACE,
              SERVER_PRESENCE,
              AdHocCommandData.NAMESPACE,
              Ping.NAMESPACE,
              Version.NAMESPACE));
    } else if (query.getNode().equals(AdHocCommandData.NAMESPACE)) {
      answer.addIdentity(new DiscoverInfo.Identity("automation", "Commands", "command-list"));
    } else if (Node.of(query.getNode()).isPresent()) {
      answer.addIdentity(
          new DiscoverInfo.Identity(
              "automation", Node.of(query.getNode()).get().title(), "command-node"));
      answer.addFeatures(List.of(AdHocCommandData.NAMESPACE, DataForm.NAMESPACE));
    } else {
      return IQ.createErrorResponse(query, StanzaError.getBuilder(Condition.item_not_found));
    }
    answer.setType(IQ.Type.result);
    return answer;
  }

  private IQ items(DiscoverItems query) {
    DiscoverItems answer = new DiscoverItems();
    answer.setNode(query.getNode());
    if (AdHocCommandData.NAMESPACE.equals(query.getNode())
        && !commands.domainsOf(query).isEmpty()) {
      for (Node node : Node.values()) {
        DiscoverItems.Item item = new DiscoverItems.Item(query.getTo());
        item.setNode(node.node());
        item.setName(node.title());
        answer.addItem(item);
      }
    }
    answer.setType(IQ.Type.result);
    return answer;
  }
}
