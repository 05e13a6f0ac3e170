package org.serverroster.fault;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.serverroster.fault.MailSink.Question;
import org.serverroster.lab.Lab;
import org.serverroster.lab.RosterProcess;

/**
 * An administrator who decides by the links of mails, at times twice or both ways at once, and does
 * over REST whatever comes to mind.
 */
final class AdministratorActor {

  private static final Duration PATIENCE = Duration.ofSeconds(4);
  private static final List<String> ACTIONS =
      List.of(
          "approve",
          "approve",
          "deny",
          "revoke",
          "revoke",
          "subscribe",
          "subscribe",
          "unsubscribe");
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final String login =
      "Basic "
          + Base64.getEncoder()
              .encodeToString(("admin:" + RosterProcess.PASSWORD).getBytes(StandardCharsets.UTF_8));
  private final Ground ground;
  private final String name;
  private final Random random;

  AdministratorActor(Ground ground, String name, Random random) {
    this.ground = ground;
    this.name = name;
    this.random = random;
  }

  String name() {
    return name;
  }

  long pauseMillis() {
    return 20 + random.nextInt(200);
  }

  void act() {
    Question question = random.nextInt(3) > 0 ? ground.mail().take() : null;
    if (question == null) {
      order(Ground.PEERS.get(random.nextInt(Ground.PEERS.size())));
      return;
    }
    String decision = random.nextInt(5) < 3 ? "approve" : "deny";
    int dice = random.nextInt(10);
    if (dice == 0) {
      String other = decision.equals("approve") ? "deny" : "approve";
      Thread rival = new Thread(() -> press(question, other));
      rival.start();
      press(question, decision);
      join(rival);
    } else {
      press(question, decision);
      if (dice == 1) {
        press(question, decision);
      }
    }
  }

  private void order(String peer) {
    String op = "op-" + COUNT.incrementAndGet();
    String action = ACTIONS.get(random.nextInt(ACTIONS.size()));
    URI base = any().baseUrl();
    note(op, "rest", peer, action, null, null);
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "%s/api/v1/domains/%s/peers/%s/%s".formatted(base, Lab.HOST, peer, action)))
            .timeout(PATIENCE)
            .header("Authorization", login)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"note\":\"%s\"}".formatted(op)))
            .build();
    answered(op, send(request));
  }

  /** Opens the link and presses the button of its page, if it has one. */
  private void press(Question question, String decision) {
    String op = "op-" + COUNT.incrementAndGet();
    String link =
        question.link().replaceFirst("http://[^/]*", any().baseUrl().toString())
            + "?decision="
            + decision;
    HttpResponse<String> page =
        send(HttpRequest.newBuilder(URI.create(link)).timeout(PATIENCE).build());
    Element form =
        page == null ? null : Jsoup.parse(page.body(), link).selectFirst("form[method=post]");
    if (page == null || page.statusCode() >= 500) {
      ground.mail().giveBack(question);
    }
    if (form == null) {
      return; // nothing was ordered
    }
    note(op, "mail-link", question.peer(), decision, question.request(), question.to());
    String fields =
        form.select("input[name]").stream()
            .map(input -> encode(input.attr("name")) + "=" + encode(input.val()))
            .collect(Collectors.joining("&"));
    answered(
        op,
        send(
            HttpRequest.newBuilder(URI.create(form.absUrl("action")))
                .timeout(PATIENCE)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(fields))
                .build()));
  }

  private RosterProcess any() {
    return ground.instances().get(random.nextInt(ground.instances().size()));
  }

  private void note(
      String op, String via, String peer, String action, String request, String actor) {
    ground
        .history()
        .note(
            Event.ORDERED,
            "op",
            op,
            "via",
            via,
            "peer",
            peer,
            "action",
            action,
            "request",
            request,
            "actor",
            actor);
  }

  private void answered(String op, HttpResponse<String> answer) {
    int status = answer == null ? 0 : answer.statusCode();
    ground.history().note(Event.ANSWERED, "op", op, "status", Integer.toString(status));
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException away) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
