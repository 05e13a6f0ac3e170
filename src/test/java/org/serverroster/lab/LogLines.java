package org.serverroster.lab;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Listens to what is said in the log of the product, from its making until it is closed. */
public final class LogLines extends Handler implements AutoCloseable {

  private final Logger log = Logger.getLogger("server-roster");
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<Throwable> traces = new CopyOnWriteArrayList<>();

  /** Listens from now on. */
  public LogLines() {
    log.addHandler(this);
  }

  /** The lines so far, without level and time. */
  public List<String> lines() {
    return lines;
  }

  /** The failures that were written with their stack traces so far. */
  public List<Throwable> traces() {
    return traces;
  }

  @Override
  public void publish(LogRecord line) {
    lines.add(new SimpleFormatter().formatMessage(line));
    if (line.getThrown() != null) {
      traces.add(line.getThrown());
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    log.removeHandler(this);
  }
}
