package org.serverroster.flow;

import static io.restassured.RestAssured.given;
import static java.net.http.HttpRequest.BodyPublishers.ofString;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.serverroster.lab.LogLines;

/** What anybody may send over HTTP, without a login. */
@QuarkusTest
@TestProfile(OpenDoorTest.Settings.class)
class OpenDoorTest extends Story {

  private static final int THREADS = 8;

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("quarkus.thread-pool.max-threads", Integer.toString(THREADS));
    }
  }

  /** A connection on which a form was begun. */
  private record Stalled(Socket socket, BufferedReader answers) implements AutoCloseable {

    /** Begins a form of this length; it is being read once we are told to go on. */
    static Stalled at(String path, int length) throws IOException {
      Socket socket = new Socket("localhost", RestAssured.port);
      socket.setSoTimeout(30_000);
      Stalled stalled =
          new Stalled(
              socket,
              new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1)));
      stalled.say(
          "POST "
              + path
              + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
              + length
              + "\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n");
      return stalled;
    }

    void say(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
    }

    /** The first line of the next answer. */
    String status() throws IOException {
      String first = answers.readLine();
      assertNotNull(first, "the connection was closed");
      String line = first;
      while (!line.isEmpty()) {
        line = answers.readLine();
      }
      return first;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void moreHalfFormsThanThereAreThreadsKeepNobodyWaiting() throws IOException {
    List<Stalled> all = new ArrayList<>();
    try {
      for (String spelling : List.of("/approval/nobodys", "/%61pproval/nobodys;x=y")) {
        for (int i = 0; i < 2 * THREADS; i++) {
          Stalled stalled = Stalled.at(spelling, 11);
          all.add(stalled);
          assertEquals("HTTP/1.1 100 Continue", stalled.status(), spelling + " " + i);
          stalled.say("nonce");
        }
      }
      assertEquals(404, Browser.open("/approval/nobodys").statusCode());
      assertEquals(200, as("admin").get("/api/v1/domains").statusCode());
      assertEquals(200, given().get("/q/health/ready").statusCode());
      for (Stalled stalled : all) {
        stalled.say("=right");
        assertTrue(stalled.status().startsWith("HTTP/1.1 404 "));
      }
    } finally {
      for (Stalled stalled : all) {
        stalled.close();
      }
    }
  }

  @Test
  void aFormThatIsLongerThanOursIsNotReadToTheEnd() throws IOException {
    for (String length : List.of("Content-Length: 1000000", "Transfer-Encoding: chunked")) {
      try (Socket socket = new Socket("localhost", RestAssured.port)) {
        socket.setSoTimeout(30_000);
        socket
            .getOutputStream()
            .write(
                ("POST /approval/nobodys HTTP/1.1\r\nHost: localhost\r\n"
                        + length
                        + "\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n4000\r\n"
                        + "nonce=x&".repeat(0x800)
                        + "\r\n4000\r\n"
                        + "nonce=x&".repeat(0x800)
                        + "\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        var answers =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        assertEquals("HTTP/1.1 413 Request Entity Too Large", answers.readLine(), length);
      }
    }
  }

  @Test
  void withoutALoginNoBodyIsWaitedFor() throws IOException {
    try (Socket socket = new Socket("localhost", RestAssured.port)) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write(
              ("POST /api/v1/domains/capulet.lit/roster HTTP/1.1\r\nHost: localhost\r\n"
                      + "Content-Type: application/json\r\nContent-Length: 8000000\r\n\r\n{")
                  .getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      var answers =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      assertEquals("HTTP/1.1 401 Unauthorized", answers.readLine());
    }
  }

  @Test
  void whatCannotBeReadIsRefusedAndSaysNothingInTheLog() throws Exception {
    String form = "application/x-www-form-urlencoded";
    String forged = "\n2026-11-28T00:00:00.000Z INFO  [server-roster] delivered request=forged";
    try (LogLines log = new LogLines()) {
      for (HttpResponse<String> page :
          List.of(
              post("/approval/nobodys", form, "decision=%zz" + forged),
              post("/approval/nobodys", form, "decision%zz" + forged + "=approve&nonce=x"),
              post("/approval/nobodys", form, "a=1&".repeat(1001)),
              post("/approval/nobodys", form + ";charset=nosuch", "nonce=%41"),
              post("/approval/nobodys", form + ";charset=%20%", "nonce=%41"))) {
        assertEquals(400, page.statusCode());
        assertTrue(typeOf(page).startsWith("text/html"), typeOf(page));
        assertEquals("no-store", page.headers().firstValue("Cache-Control").orElse(null));
      }
      HttpResponse<String> tooLong = post("/approval/nobodys", form, "nonce=" + "x".repeat(5000));
      assertEquals(413, tooLong.statusCode());
      assertTrue(typeOf(tooLong).startsWith("text/html"), typeOf(tooLong));
      for (HttpResponse<String> problem :
          List.of(
              get("/api/v1/audit?until=%2B999999999-12-31T23:59:59.999999999-18:00"),
              get("/api/v1/audit?since=-999999999-01-01T00:00:00%2B18:00"),
              get("/api/v1/audit?since=%2B300000-01-01T00:00:00Z"))) {
        assertEquals(400, problem.statusCode(), problem.uri() + " " + problem.body());
        assertEquals("application/problem+json", typeOf(problem));
      }
      assertEquals(List.of(), log.traces());
      assertTrue(log.lines().stream().noneMatch(line -> line.contains("forged")));
      assertTrue(log.lines().stream().noneMatch(line -> line.startsWith("http-request-failed")));
    }
  }

  @Test
  void manyWrongLoginsKeepNobodyButThoseWhoLogInWaiting() throws Exception {
    assertEquals(200, as("auditor").get("/api/v1/domains").statusCode());
    HttpClient flood = HttpClient.newHttpClient();
    List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String login = (i % 2 == 0 ? "auditor" : "nobody") + ":wrong-" + i;
      all.add(
          flood.sendAsync(
              HttpRequest.newBuilder(
                      URI.create("http://localhost:" + RestAssured.port + "/api/v1/domains"))
                  .header(
                      "Authorization",
                      "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8)))
                  .build(),
              HttpResponse.BodyHandlers.ofString()));
    }
    assertEquals(404, Browser.open("/approval/nobodys").statusCode());
    assertEquals(200, given().get("/q/health/ready").statusCode());
    assertEquals(200, as("admin").get("/api/v1/domains").statusCode());
    assertEquals(200, as("auditor").get("/api/v1/domains").statusCode(), "known for a minute");
    int turnedAway = 0;
    for (CompletableFuture<HttpResponse<String>> each : all) {
      HttpResponse<String> answer = each.join();
      assertEquals("application/problem+json", typeOf(answer));
      if (answer.statusCode() == 503) {
        turnedAway++;
        assertEquals("1", answer.headers().firstValue("Retry-After").orElse(null));
      } else {
        assertEquals(401, answer.statusCode());
      }
    }
    assertTrue(turnedAway > 0, "there is room for a few alone");
  }

  private static HttpResponse<String> post(String path, String type, String body) throws Exception {
    return ask(path, request -> request.header("Content-Type", type).POST(ofString(body)));
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return ask(path, request -> request);
  }

  private static HttpResponse<String> ask(String path, UnaryOperator<HttpRequest.Builder> what)
      throws Exception {
    String login = "admin:" + House.PASSWORD;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path))
            .header(
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8)));
    return HttpClient.newHttpClient()
        .send(what.apply(request).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String typeOf(HttpResponse<String> answer) {
    return answer.headers().firstValue("Content-Type").orElse("none");
  }
}
