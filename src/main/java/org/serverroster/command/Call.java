package org.serverroster.command;

import java.util.List;
import org.jivesoftware.smack.packet.IQ;
import org.jivesoftware.smackx.commands.packet.AdHocCommandData;
import org.serverroster.roster.Change;
import org.serverroster.roster.Domain;

/**
 * One step of a command.
 *
 * @param command what was sent
 * @param node which command it is
 * @param account who sent it
 * @param domains for which of our domains they may decide
 * @param session the id of the session, a new one at the first step
 * @param step what is to be done next
 * @param change the change that an {@code act} asks for
 * @param answer what is answered at {@code answer}
 */
public record Call(
    AdHocCommandData command,
    Node node,
    String account,
    List<Domain> domains,
    String session,
    Step step,
    Change change,
    IQ answer) {

  /** What is to be done next. */
  public enum Step {
    /** Nothing: the answer is made. */
    ANSWER,
    /** Show what waits. */
    LIST,
    /** Find the request that was chosen. */
    FIND,
    /** Do it. */
    ACT
  }

  /** The step in the words of the route. */
  public String next() {
    return step.name().toLowerCase(java.util.Locale.ROOT);
  }
}
