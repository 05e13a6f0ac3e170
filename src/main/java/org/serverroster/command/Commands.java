package org.serverroster.command;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.packet.StanzaError.Condition;
import org.jivesoftware.smackx.commands.AdHocCommand.Action;
import org.jivesoftware.smackx.commands.AdHocCommand.SpecificErrorCondition;
import org.jivesoftware.smackx.commands.AdHocCommand.Status;
import org.jivesoftware.smackx.commands.AdHocCommandNote;
import org.jivesoftware.smackx.commands.packet.AdHocCommandData;
import org.jivesoftware.smackx.xdata.packet.DataForm;
import org.jxmpp.jid.Jid;
import org.serverroster.approval.Decisions;
import org.serverroster.roster.Account;
import org.serverroster.roster.AlreadyDecidedException;
import org.serverroster.roster.Change;
import org.serverroster.roster.Decision;
import org.serverroster.roster.Domain;
import org.serverroster.roster.Failures;
import org.serverroster.roster.InvalidDomainException;
import org.serverroster.roster.LocalDomains;
import org.serverroster.roster.StateForbidsException;
import org.serverroster.roster.UnknownPeerException;

/**
 * Reads the steps of the ad-hoc commands and writes their answers (XEP-0050). The requesting domain
 * is the addressee (XEP-0267); at the component's own address, if it keeps no roster of its own,
 * the form asks for which domain.
 */
public final class Commands {

  private static final int MOST_SHOWN = 100;

  private final LocalDomains domains;
  private final Decisions decisions;
  private final Sessions sessions;
  private final Clock clock;

  Commands(LocalDomains domains, Decisions decisions, SecureRandom random, Clock clock) {
    this.domains = domains;
    this.decisions = decisions;
    this.sessions = new Sessions(random, clock);
    this.clock = clock;
  }

  /** Whether the key that signs sessions is to be looked up first. */
  public boolean lacksKey() {
    return !sessions.hasKey();
  }

  /**
   * Signs sessions with this from now on.
   *
   * @param key what all replicas share
   */
  public void useKey(@Body String key) {
    sessions.use(key);
  }

  /** For which domains whoever sent this may decide; empty when they are no administrator. */
  List<Domain> domainsOf(IQ query) {
    Account account;
    try {
      account = Account.of(query.getFrom() == null ? null : query.getFrom().toString());
    } catch (InvalidDomainException e) {
      return List.of();
    }
    Jid to = query.getTo();
    return domains
        .find(to.getDomain().toString())
        .map(List::of)
        .orElseGet(() -> List.copyOf(domains.all()))
        .stream()
        .filter(domain -> domains.isAdministrator(domain, account))
        .toList();
  }

  /**
   * Reads one step.
   *
   * @throws Refusal when it is not carried out
   */
  public Call read(@Body AdHocCommandData command) {
    Node node =
        Node.of(command.getNode())
            .orElseThrow(() -> Refusal.of(Condition.item_not_found, "there is no such command"));
    List<Domain> own = domainsOf(command);
    if (own.isEmpty()) {
      throw Refusal.of(Condition.forbidden, "only administrators of this domain may do that");
    }
    Account account = Account.of(command.getFrom().toString());
    String owner = command.getFrom() + "\n" + command.getTo() + "\n" + node.node();
    String session = command.getSessionID();
    Action action = command.getAction() == null ? Action.execute : command.getAction();
    if (session == null) {
      if (action != Action.execute) {
        throw badAction("a command begins with execute");
      }
      return first(new Step(command, node, account, own, sessions.open(owner)));
    }
    switch (sessions.state(session, owner)) {
      case UNKNOWN ->
          throw Refusal.of(
              Condition.bad_request,
              SpecificErrorCondition.badSessionid,
              "this is no session of yours");
      case EXPIRED ->
          throw Refusal.of(
              Condition.not_allowed,
              SpecificErrorCondition.sessionExpired,
              "this session is over: begin again");
      case OPEN -> {}
    }
    Step step = new Step(command, node, account, own, session);
    return switch (action) {
      case cancel -> {
        sessions.close(session);
        yield step.answer(step.reply(Status.canceled));
      }
      case execute, complete, next -> submitted(step);
      default -> throw badAction("this command has one form: execute, complete or cancel");
    };
  }

  /** What tells the requests that whoever asks may decide about. */
  public Map<String, Object> ofTheirs(@ExchangeProperty("call") Call call) {
    return Map.of(
        "domains",
        call.domains().stream().map(Domain::name).collect(Collectors.joining(",", ",", ",")),
        "most",
        MOST_SHOWN + 1,
        "now",
        Change.utc(clock.instant()));
  }

  /** Shows what waits. */
  public IQ show(@ExchangeProperty("call") Call call, @Body List<Map<String, Object>> own) {
    Step step = Step.of(call);
    if (own.isEmpty()) {
      sessions.close(call.session());
      AdHocCommandData answer = step.reply(Status.completed);
      answer.addNote(new AdHocCommandNote(AdHocCommandNote.Type.info, "No request is waiting."));
      return answer;
    }
    AdHocCommandData answer = step.executing();
    answer.setForm(Forms.pending(own.stream().limit(MOST_SHOWN).toList(), own.size() > MOST_SHOWN));
    return answer;
  }

  /**
   * The decision about the request that was chosen.
   *
   * @param row the request, null when there is none
   */
  public Call decide(@ExchangeProperty("call") Call call, @Body Map<String, Object> row) {
    if (row == null || !call.domains().contains(new Domain((String) row.get("domain")))) {
      throw Refusal.of(Condition.item_not_found, "there is no such request");
    }
    Decision decision = Decision.valueOf(call.change().text("decision"));
    Change change =
        decisions.byCommand(decision, row, call.account(), call.command().getFrom().toString());
    return Step.of(call).next(Call.Step.ACT, change);
  }

  /** It was done. */
  public IQ done(@ExchangeProperty("call") Call call) {
    Change change = call.change();
    AdHocCommandData answer = Step.of(call).reply(Status.completed);
    answer.setForm(
        Forms.result(
            call.node(), change.text("domain"), change.text("peer"), change.text("state")));
    return answer;
  }

  /** Why it was not done. */
  public IQ refuse(
      @ExchangeProperty("query") IQ query,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    return IQ.createErrorResponse(
        query,
        refusalIn(failure)
            .orElseGet(
                () ->
                    StanzaError.getBuilder(Condition.internal_server_error)
                        .setType(StanzaError.Type.WAIT)
                        .setDescriptiveEnText("the roster cannot be reached, try again later")));
  }

  /** Whether the failure is ours to mend, and not what was asked for. */
  public boolean isOurs(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    return refusalIn(failure).isEmpty();
  }

  /** What whoever asked is told, if what they asked for is the reason. */
  private static Optional<StanzaError.Builder> refusalIn(Exception failure) {
    return Failures.causes(failure).flatMap(cause -> refusal(cause).stream()).findFirst();
  }

  private static Optional<StanzaError.Builder> refusal(Throwable cause) {
    if (cause instanceof Refusal refusal) {
      return Optional.of(refusal.error());
    }
    if (cause instanceof StateForbidsException || cause instanceof AlreadyDecidedException) {
      return Optional.of(error(Condition.conflict, cause.getMessage()));
    }
    if (cause instanceof UnknownPeerException) {
      return Optional.of(error(Condition.item_not_found, cause.getMessage()));
    }
    return Optional.empty();
  }

  private Call first(Step step) {
    if (step.node() == Node.PENDING_REQUESTS) {
      return step.next(Call.Step.LIST, null);
    }
    AdHocCommandData answer = step.executing();
    answer.setForm(Forms.blank(step.node(), step.domains()));
    return step.answer(answer);
  }

  private Call submitted(Step step) {
    DataForm form = step.command().getForm();
    if (form == null || form.getType() != DataForm.Type.submit) {
      throw badPayload("fill in the form");
    }
    if (step.node() == Node.PENDING_REQUESTS) {
      return chosen(step, form);
    }
    Domain peer = peer(form);
    boolean block = Forms.isTicked(form, Forms.BLOCK, false);
    org.serverroster.roster.Action action =
        step.node() == Node.SERVER_BUDDY
            ? org.serverroster.roster.Action.SUBSCRIBE
            : block ? org.serverroster.roster.Action.BLOCK : org.serverroster.roster.Action.REMOVE;
    Change change =
        decisions.byAdministrator(
            action,
            domain(step, form),
            peer,
            step.account().toString(),
            "command",
            step.command().getFrom().toString());
    change.put("preApprove", Forms.isTicked(form, Forms.PRE_APPROVE, true));
    use(step);
    return step.next(Call.Step.ACT, change);
  }

  private Call chosen(Step step, DataForm form) {
    String decision = Forms.text(form, Forms.DECISION);
    Change choice;
    try {
      choice =
          Change.decision(
              "approve".equals(decision) ? Decision.APPROVE : Decision.DENY,
              Map.of("request", UUID.fromString(String.valueOf(Forms.text(form, Forms.REQUEST)))),
              java.time.Instant.EPOCH);
    } catch (IllegalArgumentException e) {
      throw badPayload("choose one of the requests");
    }
    if (!"approve".equals(decision) && !"deny".equals(decision)) {
      throw badPayload("choose to approve or to deny");
    }
    use(step);
    return step.next(Call.Step.FIND, choice);
  }

  private void use(Step step) {
    if (!sessions.close(step.session())) {
      throw Refusal.of(
          Condition.not_allowed,
          SpecificErrorCondition.sessionExpired,
          "this session is over: begin again");
    }
  }

  private Domain peer(DataForm form) {
    String text = Forms.text(form, Forms.PEER);
    if (text == null) {
      throw badPayload("the domain of the server is missing");
    }
    try {
      return domains.other(text);
    } catch (InvalidDomainException e) {
      throw badPayload(e.getMessage());
    }
  }

  private static Domain domain(Step step, DataForm form) {
    if (step.domains().size() == 1) {
      return step.domains().get(0);
    }
    String text = Forms.text(form, Forms.DOMAIN);
    return step.domains().stream()
        .filter(domain -> domain.name().equals(text))
        .findAny()
        .orElseThrow(() -> badPayload("choose one of our domains"));
  }

  private static StanzaError.Builder error(Condition condition, String words) {
    return StanzaError.getBuilder(condition).setDescriptiveEnText(words);
  }

  private static Refusal badAction(String words) {
    return Refusal.of(Condition.bad_request, SpecificErrorCondition.badAction, words);
  }

  private static Refusal badPayload(String words) {
    return Refusal.of(Condition.bad_request, SpecificErrorCondition.badPayload, words);
  }

  /** What is known of a step before it is clear what comes next. */
  private record Step(
      AdHocCommandData command, Node node, Account account, List<Domain> domains, String session) {

    static Step of(Call call) {
      return new Step(
          call.command(), call.node(), Account.of(call.account()), call.domains(), call.session());
    }

    Call next(Call.Step next, Change change) {
      return new Call(command, node, account.toString(), domains, session, next, change, null);
    }

    Call answer(IQ answer) {
      return new Call(
          command, node, account.toString(), domains, session, Call.Step.ANSWER, null, answer);
    }

    AdHocCommandData executing() {
      AdHocCommandData reply = reply(Status.executing);
      reply.setExecuteAction(Action.complete);
      reply.addAction(Action.complete);
      return reply;
    }

    AdHocCommandData reply(Status status) {
      AdHocCommandData reply = new AdHocCommandData();
      reply.setType(IQ.Type.result);
      reply.setNode(node.node());
      reply.setSessionID(session);
      reply.setStatus(status);
      return reply;
    }
  }
}
