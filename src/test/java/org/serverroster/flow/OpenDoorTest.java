package org.serverroster.flow;

import static io.restassured.RestAssured.given;
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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
}
