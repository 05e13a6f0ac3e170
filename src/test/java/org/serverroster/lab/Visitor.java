package org.serverroster.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;

/** Somebody with a browser without JavaScript, and with the password of {@code admin}. */
public final class Visitor {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final ObjectMapper json = new ObjectMapper();
  private final URI house;
  private final String login;

  /** A visitor of the Server Roster at that address. */
  Visitor(URI house, String password) {
    this.house = house;
    this.login =
        "Basic "
            + Base64.getEncoder()
                .encodeToString(("admin:" + password).getBytes(StandardCharsets.UTF_8));
  }

  /** The status of {@code /q/health/KIND}, 0 while nobody answers. */
  public int health(String kind) {
    try {
      return get(house + "/q/health/" + kind, null).statusCode();
    } catch (UncheckedIOException e) {
      return 0;
    }
  }

  /** What {@code /q/health/KIND} says, as JSON. */
  public String healthReport(String kind) {
    return get(house + "/q/health/" + kind, null).body();
  }

  /** What is at a path, of any status. */
  public HttpResponse<String> read(String path) {
    return get(house + path, login);
  }

  /** One peer of a domain, null if there is no such peer. */
  public JsonNode peer(String domain, String peer) {
    var answer = get(peerAddress(domain, peer), login);
    return answer.statusCode() == 404 ? null : body(answer, 200);
  }

  /**
   * Does something to a peer and returns it as it is afterwards.
   *
   * @param order the JSON that goes with it
   * @throws IllegalStateException when it is refused
   */
  public JsonNode act(String domain, String peer, String action, String order) {
    var answer =
        send(
            HttpRequest.newBuilder(URI.create(peerAddress(domain, peer) + "/" + action))
                .header("Authorization", login)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(order)));
    return body(answer, action.equals("subscribe") ? 202 : 200);
  }

  /** The peers of a domain. */
  public JsonNode peers(String domain) {
    return body(get(house + "/api/v1/domains/" + domain + "/peers?limit=100", login), 200);
  }

  /** The address of one peer. */
  public String peerAddress(String domain, String peer) {
    return house + "/api/v1/domains/" + domain + "/peers/" + peer;
  }

  /** The address that answers whether a peer is trusted. */
  public String trustedAddress(String domain, String peer) {
    return house + "/api/v1/domains/" + domain + "/trusted/" + peer;
  }

  /** The answer to whether a peer is trusted, of any status. */
  public HttpResponse<String> trusted(String domain, String peer) {
    return get(trustedAddress(domain, peer), login);
  }

  /** Opens a link of a mail, and does nothing more. */
  public HttpResponse<String> open(String link) {
    return get(link, null);
  }

  /** Opens a link of a mail and presses the button of its page. */
  public HttpResponse<String> press(String link) {
    return press(link, open(link));
  }

  /** Presses the button of a page that was opened by a link. */
  public HttpResponse<String> press(String link, HttpResponse<String> page) {
    var form = Jsoup.parse(page.body(), link).selectFirst("form[method=post]");
    if (form == null) {
      throw new IllegalStateException(
          "No form in the answer " + page.statusCode() + ": " + page.body());
    }
    var fields =
        form.select("input[name]").stream()
            .map(input -> encode(input.attr("name")) + "=" + encode(input.val()))
            .collect(Collectors.joining("&"));
    return send(
        HttpRequest.newBuilder(URI.create(form.absUrl("action")))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(fields)));
  }

  private HttpResponse<String> get(String address, String authorization) {
    var request = HttpRequest.newBuilder(URI.create(address)).GET();
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return send(request);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }

  private JsonNode body(HttpResponse<String> answer, int status) {
    if (answer.statusCode() != status) {
      throw new IllegalStateException(
          answer.uri() + " answered " + answer.statusCode() + ": " + answer.body());
    }
    try {
      return json.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
