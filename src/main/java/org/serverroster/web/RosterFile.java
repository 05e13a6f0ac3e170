package org.serverroster.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.serverroster.roster.Domain;
import org.serverroster.roster.InvalidDomainException;
import org.serverroster.roster.Subscription;

/**
 * A roster as it comes from another system, or from an export of ours: JSON, the list alone or
 * below {@code peers}; or CSV (RFC 4180) with a line of names first. Of each peer {@code peer} and
 * {@code state} are read, and {@code domain} and {@code blocked} if they are there; what else is
 * there is not looked at.
 */
final class RosterFile {

  /** The most peers in one file. */
  static final int MOST_PEERS = 10_000;

  private static final int MOST_COMPLAINTS = 5;
  private static final ObjectReader JSON =
      new ObjectMapper()
          .readerFor(JsonNode.class)
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final ObjectReader CSV =
      CsvMapper.builder()
          .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
          .build()
          .readerForMapOf(String.class)
          .with(CsvSchema.emptySchema().withHeader());

  /**
   * What the file says about one peer.
   *
   * @param state what is between the two, by the file
   * @param blocked whether nothing is heard of the peer
   */
  record Entry(Domain peer, Subscription state, boolean blocked) {}

  /** The file cannot be taken; the message says where and why, and repeats nothing of it. */
  static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException(String reason) {
      super(reason);
    }
  }

  private final Domain ours;
  private final Map<Domain, Entry> entries = new LinkedHashMap<>();
  private final List<String> complaints = new ArrayList<>();

  private RosterFile(Domain ours) {
    this.ours = ours;
  }

  /**
   * Reads a file in JSON.
   *
   * @param ours the domain whose roster it must be
   * @throws UnreadableException when anything in it cannot be taken
   */
  static List<Entry> json(String text, Domain ours) throws UnreadableException {
    RosterFile file = new RosterFile(ours);
    try {
      JsonNode root = JSON.readValue(text);
      JsonNode peers = root == null || root.isArray() ? root : root.get("peers");
      if (peers == null || !peers.isArray()) {
        throw new UnreadableException("this is neither a list of peers nor an object with peers");
      }
      if (root.isObject()) {
        file.checkDomain(root.path("domain").asText(ours.name()), "the file");
      }
      for (JsonNode peer : peers) {
        Map<String, String> row = new HashMap<>();
        peer.properties().forEach(field -> row.put(field.getKey(), text(field.getValue())));
        file.add(row);
      }
    } catch (JsonProcessingException e) {
      throw new UnreadableException("this is not JSON" + place(e));
    }
    return file.read();
  }

  /**
   * Reads a file in CSV.
   *
   * @param ours the domain whose roster it must be
   * @throws UnreadableException when anything in it cannot be taken
   */
  static List<Entry> csv(String text, Domain ours) throws UnreadableException {
    RosterFile file = new RosterFile(ours);
    try (MappingIterator<Map<String, String>> rows = CSV.readValues(text)) {
      while (rows.hasNextValue()) {
        file.add(rows.nextValue());
      }
    } catch (JsonProcessingException e) {
      throw new UnreadableException("this is not CSV" + place(e));
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory cannot be read", e);
    }
    return file.read();
  }

  private void add(Map<String, String> row) throws UnreadableException {
    if (entries.size() == MOST_PEERS) {
      throw new UnreadableException(
          "these are more than " + MOST_PEERS + " peers: send them in several files");
    }
    String where = "peer " + (entries.size() + complaints.size() + 1);
    int before = complaints.size();
    checkDomain(row.getOrDefault("domain", ours.name()), where);
    Domain peer = peer(row.get("peer"), where);
    Subscription state = state(row.get("state"), where);
    String blocked = row.getOrDefault("blocked", "false");
    if (!blocked.equals("true") && !blocked.equals("false")) {
      complaints.add(where + ": blocked is true or false");
    }
    if (complaints.size() == before
        && entries.put(peer, new Entry(peer, state, blocked.equals("true"))) != null) {
      complaints.add(where + " is there twice");
    }
    if (complaints.size() >= MOST_COMPLAINTS) {
      read();
    }
  }

  private void checkDomain(String domain, String where) {
    try {
      if (!Domain.of(domain).equals(ours)) {
        complaints.add(where + " is of the roster of another domain");
      }
    } catch (InvalidDomainException e) {
      complaints.add(where + ": domain is not the name of a server");
    }
  }

  private Domain peer(String name, String where) {
    try {
      if (name != null) {
        return Domain.of(name);
      }
      complaints.add(where + " has no name (peer)");
    } catch (InvalidDomainException e) {
      complaints.add(where + ": peer is not the name of a server");
    }
    return null;
  }

  private Subscription state(String name, String where) {
    try {
      if (name != null) {
        return Subscription.ofState(name);
      }
      complaints.add(where + " has no state");
    } catch (IllegalArgumentException e) {
      complaints.add(where + ": state is none of the nine of RFC 6121, Appendix A");
    }
    return null;
  }

  private List<Entry> read() throws UnreadableException {
    if (!complaints.isEmpty()) {
      throw new UnreadableException(String.join("; ", complaints));
    }
    return List.copyOf(entries.values());
  }

  private static String text(JsonNode value) {
    return value.isValueNode() && !value.isNull() ? value.asText() : null;
  }

  private static String place(JsonProcessingException failure) {
    return failure.getLocation() == null
        ? ""
        : ", line " + Math.max(1, failure.getLocation().getLineNr());
  }
}
