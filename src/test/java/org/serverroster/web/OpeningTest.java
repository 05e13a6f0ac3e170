package org.serverroster.web;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered before the routes run, and that nothing is in the way once they do. */
class OpeningTest {

  private final DefaultCamelContext context = new DefaultCamelContext();
  private final Vertx vertx = Vertx.vertx();
  private HttpServer server;

  @BeforeEach
  void listen() throws Exception {
    Filters filters = new Filters();
    new Opening(context).mindTheDoor(filters);
    Router router = Router.router(vertx);
    filters.getFilters().forEach(filter -> router.route().handler(filter.getHandler()));
    router.route().handler(request -> request.response().end("the house"));
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
  }

  @AfterEach
  void end() throws Exception {
    context.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @ParameterizedTest
  @CsvSource({
    "/q/health/ready, application/json, DOWN",
    "/q/health, application/json, DOWN",
    "/q/health/group/web, application/json, DOWN",
    "/q/health/started, application/json, DOWN",
    "/api/v1/peers, application/problem+json, try again",
    "/approval/abc, text/plain; charset=utf-8, try again",
    "/, text/plain; charset=utf-8, try again"
  })
  void beforeTheRoutesRunEverybodyIsAskedToTryAgain(String path, String type, String says)
      throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode(), is(503));
    assertThat(header(answer, "Retry-After"), is("2"));
    assertThat(header(answer, "Content-Type"), is(type));
    assertThat(header(answer, "Referrer-Policy"), is("no-referrer"));
    assertThat(header(answer, "Cache-Control"), is("no-store"));
    assertThat(answer.body(), containsString(says));
  }

  @Test
  void whoOnlyStartsIsAlive() throws Exception {
    HttpResponse<String> answer = get("/q/health/live");
    assertThat(answer.statusCode(), is(200));
    assertThat(answer.body(), containsString("UP"));
  }

  @Test
  void metricsNeedNoRoutes() throws Exception {
    assertThat(get("/q/metrics").body(), is("the house"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/q/health/ready", "/q/health/live", "/api/v1/peers", "/approval/abc"})
  void theHouseAnswersWhileTheRoutesRun(String path) throws Exception {
    context.start();
    assertThat(get(path).body(), is("the house"));
    context.stop();
    assertThat(get(path).body().equals("the house"), is(false));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:%d%s".formatted(server.actualPort(), path)))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static String header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElse(null);
  }
}
