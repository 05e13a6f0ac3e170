package org.serverroster.command;

import java.util.List;
import java.util.Map;
import org.jivesoftware.smackx.xdata.FormField;
import org.jivesoftware.smackx.xdata.packet.DataForm;
import org.serverroster.roster.Domain;
import org.serverroster.roster.Moments;

/** The forms of the commands (XEP-0004), as they are shown and as they come back. */
final class Forms {

  static final String PEER = "peerjid";
  static final String PRE_APPROVE = "pre-approve";
  static final String BLOCK = "block";
  static final String REQUEST = "request";
  static final String DECISION = "decision";
  static final String DOMAIN = "domain";
  static final String FORM_TYPE = "http://jabber.org/protocol/admin";

  private Forms() {}

  /** The first form of a command that needs no list of what waits. */
  static DataForm blank(Node node, List<Domain> domains) {
    DataForm form = new DataForm(DataForm.Type.form);
    form.setTitle(node.title());
    form.addField(hidden());
    chooseDomain(form, domains);
    FormField peer = field(PEER, FormField.Type.jid_single, "The domain of the server", true);
    form.addField(peer);
    if (node == Node.SERVER_BUDDY) {
      form.addInstruction("Fill in the server whose presence is to be asked for.");
      FormField preApprove =
          field(
              PRE_APPROVE,
              FormField.Type.bool,
              "Approve its own request as well, when it comes",
              false);
      preApprove.addValue("1");
      form.addField(preApprove);
    } else {
      form.addInstruction("Fill in the server that is no longer to be trusted, nor asked.");
      FormField block =
          field(BLOCK, FormField.Type.bool, "Block it: hear nothing of it any more", false);
      block.addValue("0");
      form.addField(block);
    }
    return form;
  }

  /** The form that shows what waits; nothing in it is chosen beforehand. */
  static DataForm pending(List<Map<String, Object>> rows, boolean more) {
    DataForm form = new DataForm(DataForm.Type.form);
    form.setTitle(Node.PENDING_REQUESTS.title());
    form.addInstruction(
        more
            ? "Choose a request and decide. More are waiting than are shown."
            : "Choose a request and decide.");
    form.addField(hidden());
    FormField request = field(REQUEST, FormField.Type.list_single, "Request", true);
    for (Map<String, Object> row : rows) {
      Domain peer = new Domain((String) row.get("peer"));
      String label =
          peer
              + (peer.deceptive() ? " (WARNING: looks like another name)" : "")
              + " to "
              + row.get("domain")
              + ", "
              + Moments.written(row.get("received_at"));
      request.addOption(new FormField.Option(label, String.valueOf(row.get("request"))));
    }
    form.addField(request);
    FormField decision = field(DECISION, FormField.Type.list_single, "Decision", true);
    decision.addOption(new FormField.Option("Approve", "approve"));
    decision.addOption(new FormField.Option("Deny", "deny"));
    form.addField(decision);
    return form;
  }

  /** What came of a command. */
  static DataForm result(Node node, String domain, String peer, String state) {
    DataForm form = new DataForm(DataForm.Type.result);
    form.setTitle(node.title());
    form.addField(hidden());
    form.addField(value(DOMAIN, FormField.Type.jid_single, "Our domain", domain));
    form.addField(value(PEER, FormField.Type.jid_single, "Server", peer));
    form.addField(value("state", FormField.Type.text_single, "Subscription", state));
    return form;
  }

  /** The one value of a field; null when it is absent or empty. */
  static String text(DataForm form, String name) {
    FormField field = form.getField(name);
    List<CharSequence> values = field == null ? List.of() : field.getValues();
    String text = values.isEmpty() ? "" : values.get(0).toString().strip();
    return text.isEmpty() ? null : text;
  }

  /** A field of type boolean (XEP-0004, section 3.3); its default when it is absent. */
  static boolean isTicked(DataForm form, String name, boolean absent) {
    String text = text(form, name);
    return text == null ? absent : text.equals("1") || text.equals("true");
  }

  private static void chooseDomain(DataForm form, List<Domain> domains) {
    if (domains.size() < 2) {
      return;
    }
    FormField domain = field(DOMAIN, FormField.Type.list_single, "For which of our domains", true);
    domains.forEach(each -> domain.addOption(new FormField.Option(each.name(), each.name())));
    form.addField(domain);
  }

  private static FormField hidden() {
    FormField field = new FormField(FormField.FORM_TYPE);
    field.setType(FormField.Type.hidden);
    field.addValue(FORM_TYPE);
    return field;
  }

  private static FormField field(String name, FormField.Type type, String label, boolean required) {
    FormField field = new FormField(name);
    field.setType(type);
    field.setLabel(label);
    field.setRequired(required);
    return field;
  }

  private static FormField value(String name, FormField.Type type, String label, String value) {
    FormField field = field(name, type, label, false);
    field.addValue(value);
    return field;
  }
}
