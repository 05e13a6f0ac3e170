package org.serverroster.fault;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.serverroster.fault.Books.Commit;

/**
 * All that the rules look at.
 *
 * @param events what every party saw, in the order of one clock
 * @param books what the database has kept
 * @param administrators the mail addresses of those who are asked about each request
 * @param commits what was kept of each peer, in its order
 * @param arrivals what each peer said and the server handed over, in its order
 * @param orders what administrators ordered, by its name
 */
record Evidence(
    List<Event> events,
    Books books,
    List<String> administrators,
    Map<String, List<Commit>> commits,
    Map<String, List<Arrival>> arrivals,
    Map<String, Order> orders) {

  static Evidence of(List<Event> events, Books books, List<String> administrators) {
    return new Evidence(
        events, books, administrators, books.commits(), Arrival.of(events), Order.of(events));
  }

  /** The requests that are no longer open at the end, by their ids. */
  Set<String> ended() {
    return books.changes().stream()
        .filter(row -> row.of("approval_request") && !row.get("outcome").equals("open"))
        .map(row -> row.get("id"))
        .collect(Collectors.toSet());
  }
}
