package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of a receiver that answers, or a byte at a time for ever. */
class HttpDeadlineTest {

  private final CountDownLatch end = new CountDownLatch(1);
  private final HttpDeadline deadline = new HttpDeadline(Duration.ofMillis(700));
  private ExecutorService threads;
  private HttpServer receiver;
  private CloseableHttpClient client;

  @BeforeEach
  void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    threads = Executors.newCachedThreadPool();
    receiver.setExecutor(threads);
    receiver.createContext(
        "/drip",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            while (!end.await(50, TimeUnit.MILLISECONDS)) {
              out.write('.');
              out.flush();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    receiver.createContext(
        "/", // any other
        exchange -> {
          byte[] said = "taken".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
          exchange.sendResponseHeaders(200, said.length);
          exchange.getResponseBody().write(said);
          exchange.close();
        });
    receiver.start();
    HttpClientBuilder builder = HttpClientBuilder.create();
    deadline.configureHttpClient(builder);
    client = builder.build();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    end.countDown();
    deadline.stop();
    receiver.stop(0);
    threads.shutdownNow();
  }

  @Test
  void anAnswerThatDoesNotEndIsAFailure() {
    assertThrows(IOException.class, () -> post("/drip"));
  }

  @Test
  void whatIsOverIsLeftAlone() throws Exception {
    assertEquals("taken", post("/prompt"));
    assertThrows(IOException.class, () -> post("/drip")); // by now the first one's time has come
    assertEquals("taken", post("/prompt"));
  }

  private String post(String path) throws IOException {
    return client.execute(
        new HttpPost("http://127.0.0.1:" + receiver.getAddress().getPort() + path),
        response -> EntityUtils.toString(response.getEntity()));
  }
}
