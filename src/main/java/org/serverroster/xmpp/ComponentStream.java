package org.serverroster.xmpp;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.camel.spi.ExecutorServiceManager;
import org.jivesoftware.smack.packet.IQ;
import org.jxmpp.jid.Jid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xmlpull.v1.XmlPullParserException;

/**
 * The stream of one component: connects, proves the secret, reads until the connection ends, and
 * tries again until it is stopped.
 */
final class ComponentStream {

  private static final Logger LOG = LoggerFactory.getLogger(ComponentStream.class);
  private static final long DRAIN_MILLIS = 5000;

  private final StreamSettings settings;
  private final ExecutorServiceManager executors;
  private final Consumer<StreamState> onChange;
  private final StreamCounters counters = new StreamCounters();
  private final PendingAnswers answers = new PendingAnswers();
  private final AtomicBoolean started = new AtomicBoolean();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch drained = new CountDownLatch(1);
  private final ExecutorService runner;
  private final ExecutorService completions;
  private final ScheduledExecutorService clock;
  private final ScheduledExecutorService heart;
  private final Lanes lanes;
  private final Pulse pulse = new Pulse(System::nanoTime);
  private final Reception reception;

  private final StreamNews news = new StreamNews();
  private volatile StreamState state = StreamState.CONNECTING;
  private volatile String lastProblem;
  private volatile StreamConnection current;
  private volatile StreamConnection authenticated;

  /**
   * @param onChange is told each new state, on the stream's thread
   */
  ComponentStream(
      StreamSettings settings, ExecutorServiceManager executors, Consumer<StreamState> onChange) {
    this.settings = settings;
    this.executors = executors;
    this.onChange = onChange;
    String name = "xmpp-component " + settings.jid();
    runner = executors.newSingleThreadExecutor(this, name);
    completions = executors.newFixedThreadPool(this, name + " answers", settings.workers());
    clock = executors.newSingleThreadScheduledExecutor(this, name + " keep-alive");
    heart = executors.newSingleThreadScheduledExecutor(this, name + " pulse");
    lanes =
        new Lanes(
            executors.newFixedThreadPool(this, name + " worker", settings.workers()),
            settings.workers(),
            settings.queueSize());
    reception = new Reception(settings, counters, answers, lanes, pulse);
  }

  StreamSettings settings() {
    return settings;
  }

  StreamState state() {
    return state;
  }

  /** Why it is not authenticated, in words fit for an operator; null if it never failed. */
  String lastProblem() {
    return lastProblem;
  }

  int waiting() {
    return lanes.waiting();
  }

  StreamCounters counters() {
    return counters;
  }

  Reception reception() {
    return reception;
  }

  /** Runs what follows an answer, so that the reading thread never does. */
  ExecutorService completions() {
    return completions;
  }

  /** Begins to connect, the first time it is called. */
  void start() {
    if (started.compareAndSet(false, true) && stopping.getCount() > 0) {
      runner.execute(this::run);
      long period = Math.max(20, keepAlivePeriod().toMillis());
      clock.scheduleWithFixedDelay(this::keepAlive, period, period, TimeUnit.MILLISECONDS);
      heart.scheduleWithFixedDelay(pulse::beat, 0, Pulse.MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Finishes what was taken, ends the stream and returns when its threads have ended. */
  void stop() throws InterruptedException {
    stopping.countDown();
    lanes.close(DRAIN_MILLIS);
    drained.countDown();
    executors.shutdownNow(clock);
    executors.shutdownNow(heart);
    StreamConnection connection = current;
    if (connection != null) {
      CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS).execute(connection::close);
      connection.sayGoodbye(null);
    }
    runner.shutdown();
    if (connection != null && !runner.awaitTermination(500, TimeUnit.MILLISECONDS)) {
      connection.close();
    }
    executors.shutdownNow(runner);
    runner.awaitTermination(2, TimeUnit.SECONDS);
    executors.shutdown(completions);
    changeTo(StreamState.STOPPED, null);
  }

  /**
   * Writes a stanza.
   *
   * @throws StreamDownException if there is no authenticated stream
   */
  void send(CharSequence stanza) throws IOException {
    StreamConnection connection = authenticated;
    if (connection == null) {
      throw new StreamDownException(settings.jid().toString(), state);
    }
    connection.write(stanza);
    counters.sent.increment();
  }

  /**
   * Writes an IQ and expects its answer from {@code to}.
   *
   * @return completes, on the reading thread, with a result or an error IQ, or exceptionally
   */
  CompletableFuture<IQ> ask(Jid to, String id, CharSequence iq) throws IOException {
    CompletableFuture<IQ> answer = answers.expect(to, id, settings.sendTimeout().toMillis());
    try {
      send(iq);
    } catch (IOException e) {
      answers.forget(to, id, e);
      throw e;
    }
    if (authenticated == null) {
      answers.forget(to, id, new StreamDownException(settings.jid().toString(), state));
    }
    return answer;
  }

  private void run() {
    BackOff backOff = new BackOff(settings.reconnectMin(), settings.reconnectMax());
    int failures = 0;
    while (stopping.getCount() > 0) {
      long since = System.nanoTime();
      boolean wasAuthenticated = attempt();
      boolean lasted = System.nanoTime() - since > settings.reconnectMax().toNanos();
      failures = wasAuthenticated && lasted ? 0 : failures + 1;
      // Whoever took the stream from us shall not lose it at once to us.
      boolean replaced = wasAuthenticated && state == StreamState.CONFLICT;
      pause(
          replaced
              ? settings.reconnectMax()
              : backOff.after(failures, ThreadLocalRandom.current()));
    }
  }

  private boolean attempt() {
    boolean wasAuthenticated = false;
    try (StreamConnection connection = new StreamConnection(settings)) {
      current = connection;
      if (stopping.getCount() == 0) {
        return false;
      }
      try {
        connection.open();
        wasAuthenticated = true;
        authenticated = connection;
        counters.connections.increment();
        changeTo(StreamState.AUTHENTICATED, null);
        reception.read(connection);
        if (stopping.getCount() == 0) {
          drained.await(); // the last answers still go out on this connection
        }
        connection.sayGoodbye(null);
        throw new EOFException();
      } catch (IOException | XmlPullParserException | RuntimeException e) {
        authenticated = null;
        fail(connection, e);
      } catch (Error e) { // no room for one stanza is no reason to be without a stream for good
        authenticated = null;
        fail(connection, new IllegalStateException(e));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    } finally {
      authenticated = null;
      current = null;
      answers.failAll(new StreamDownException(settings.jid().toString(), state));
    }
    return wasAuthenticated;
  }

  private void fail(StreamConnection connection, Exception problem) {
    if (stopping.getCount() == 0) {
      return;
    }
    StreamState next = StreamState.LOST;
    String words = Printable.of(problem.getMessage());
    if (problem instanceof StreamErrorException error) {
      next =
          switch (error.condition()) {
            case "conflict" -> StreamState.CONFLICT;
            case "not-authorized", "host-unknown" -> StreamState.REFUSED;
            default -> StreamState.LOST;
          };
      connection.sayGoodbye(null);
    } else if (problem instanceof StreamViolationException violation) {
      boolean large = violation.condition().equals("policy-violation");
      (large ? counters.oversized : counters.malformed).increment();
      words = "the server sent " + words;
      connection.sayGoodbye(violation.condition());
    } else if (problem instanceof EOFException) {
      words = "the server closed the stream";
    } else if (problem instanceof XmlPullParserException
        || problem instanceof CharacterCodingException) {
      counters.malformed.increment();
      words = "the server sent malformed XML";
      LOG.debug("Malformed: {}", Printable.of(problem.getMessage()));
      connection.sayGoodbye("not-well-formed");
    } else if (problem instanceof RuntimeException) {
      LOG.error("The stream of component {} failed", settings, problem);
      connection.sayGoodbye("internal-server-error");
    }
    changeTo(next, words == null ? problem.getClass().getSimpleName() : words);
  }

  /** Tells a change only, and logs little more: the failure of the next attempt is no news. */
  private void changeTo(StreamState next, String problem) {
    boolean changed = next != state;
    if (problem != null) {
      lastProblem = problem;
    }
    state = next;
    if (news.isWorthALine(next, System.nanoTime())) {
      log(next, lastProblem);
    }
    if (changed) {
      onChange.accept(next);
    }
  }

  private void log(StreamState next, String problem) {
    switch (next) {
      case AUTHENTICATED -> LOG.info("Component {} is connected", settings);
      case REFUSED ->
          LOG.error(
              "Component {} is refused ({}): do its name and secret match the server's?",
              settings,
              problem);
      case CONFLICT ->
          LOG.warn(
              "Component {} is held by another connection ({}): standing by", settings, problem);
      case LOST -> LOG.warn("Component {} is not connected: {}", settings, problem);
      case STOPPED -> LOG.info("Component {} is stopped", settings);
      case CONNECTING -> LOG.debug("Component {} connects", settings);
    }
  }

  private void pause(Duration time) {
    try {
      stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopping.countDown();
    }
  }

  private Duration keepAlivePeriod() {
    Duration idle = settings.idleLimit();
    Duration third = settings.keepAlive().dividedBy(3);
    return idle.isZero() || idle.dividedBy(6).compareTo(third) > 0 ? third : idle.dividedBy(6);
  }

  private void keepAlive() {
    StreamConnection connection = authenticated;
    if (connection == null) {
      return;
    }
    try {
      Duration idle = settings.idleLimit();
      if (!idle.isZero() && connection.silence().compareTo(idle.dividedBy(2)) > 0) {
        connection.write(
            Xml.iq(IQ.Type.get, "still-there", settings.jid(), settings.jid())
                .append("<ping xmlns='urn:xmpp:ping'/>")
                .closeElement(IQ.IQ_ELEMENT));
      } else if (connection.quiet().compareTo(settings.keepAlive()) >= 0) {
        connection.write(" ");
      }
    } catch (IOException e) {
      LOG.debug("Keep-alive failed: {}", Printable.of(e.getMessage())); // the reader notices too
    }
  }
}
