package org.serverroster.config;

import io.quarkus.arc.Unremovable;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;

/**
 * Breaks the connection of a request whose answer is not complete after a while. The client's own
 * time-outs begin anew with each byte, so whoever answers a byte at a time would keep a sender for
 * as long as they like.
 */
@Singleton
@Named("httpDeadline")
@Unremovable
class HttpDeadline implements HttpClientConfigurer {

  /** For an answer, to its last byte; less than the lease of who sends, which is a minute. */
  private static final Duration MOST = Duration.ofSeconds(20);

  private final Duration most;
  private final ScheduledThreadPoolExecutor timer;

  HttpDeadline() {
    this(MOST);
  }

  HttpDeadline(Duration most) {
    this.most = most;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "http-deadline");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void configureHttpClient(HttpClientBuilder client) {
    client.addExecInterceptorFirst(
        "deadline",
        (request, scope, chain) -> {
          // A connection that went back to the pool meanwhile is no longer this request's.
          ScheduledFuture<?> end =
              timer.schedule(
                  scope.execRuntime::discardEndpoint, most.toMillis(), TimeUnit.MILLISECONDS);
          boolean isRead = true;
          try {
            ClassicHttpResponse response = chain.proceed(request, scope);
            isRead = response.getEntity() == null;
            return response;
          } finally {
            if (isRead) {
              end.cancel(false);
            }
          }
        });
  }

  @PreDestroy
  void stop() {
    timer.shutdownNow();
  }
}
