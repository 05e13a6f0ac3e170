package org.serverroster.fault;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Reads the PostgreSQL protocol (frontend/backend, version 3.0) as it goes by, and knows the moment
 * at which a transaction is committed, and those of the two statements that commit by themselves
 * around each delivery: the lease of a row of the outbox and its end.
 */
final class SqlEar implements Gate.Conversation {

  private static final String SERIALIZATION_FAILURE = "40001";
  private static final String DISK_FULL = "53100";
  private static final String CRASH_SHUTDOWN = "57P02";

  private final History history;
  private final Points points;
  private final Map<String, String> statements = new HashMap<>();
  private final AtomicReference<String> running = new AtomicReference<>();

  SqlEar(History history, Points points) {
    this.history = history;
    this.points = points;
  }

  @Override
  public Gate.Ear fromClient() {
    return new Messages(false, this::client);
  }

  @Override
  public Gate.Ear fromServer() {
    return new Messages(true, this::server);
  }

  private void client(char type, ByteBuffer body) throws IOException {
    if (type == 'P') {
      String name = text(body);
      statements.put(name, moment(text(body)));
    } else if (type == 'B') {
      text(body); // the portal
      String moment = statements.get(text(body));
      if (moment != null) {
        points.reach("before-" + moment);
        running.set(moment);
      }
    } else if (type == 'Q') {
      String moment = moment(text(body));
      if (moment != null) {
        points.reach("before-" + moment);
        running.set(moment);
      }
    }
  }

  private void server(char type, ByteBuffer body) throws IOException {
    if (type == 'Z') { // ready for the next query: what was running is done
      String moment = running.getAndSet(null);
      if (moment != null) {
        points.reach("after-" + moment);
      }
    } else if (type == 'E') {
      noteError(body);
    }
  }

  /** Of an error: fields, each a letter and a text, up to a zero. */
  private void noteError(ByteBuffer body) {
    Map<Character, String> fields = new HashMap<>();
    for (byte field = body.get(); field != 0; field = body.get()) {
      fields.put((char) field, text(body));
    }
    String state = fields.getOrDefault('C', "");
    if (state.equals(SERIALIZATION_FAILURE)) {
      history.note(Event.COLLIDED);
    } else if (state.equals(DISK_FULL)) {
      history.note(Event.DISK_FULL);
    }
    if (state.equals(CRASH_SHUTDOWN) || "PANIC".equals(fields.get('V'))) {
      history.note(Event.PANICKED);
    }
  }

  private static String moment(String sql) {
    String words = sql.strip().toLowerCase(Locale.ROOT);
    if (words.equals("commit")) {
      return "commit";
    } else if (words.startsWith("update outbox set lease = $1, leased_until")) {
      return "lease";
    }
    return words.startsWith("delete from outbox") ? "conclude" : null;
  }

  private static String text(ByteBuffer body) {
    int begin = body.position();
    while (body.get() != 0) {
      // to the end of the string
    }
    return new String(body.array(), begin, body.position() - 1 - begin, StandardCharsets.UTF_8);
  }

  private interface Listener {
    void hear(char type, ByteBuffer body) throws IOException;
  }

  /** Cuts one direction into messages; each chunk goes on only after its messages were heard. */
  private static final class Messages implements Gate.Ear {
    private final Listener listener;
    private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
    private boolean typed;

    /**
     * @param typed whether the first message has a type, too; that of a client has none
     */
    Messages(boolean typed, Listener listener) {
      this.typed = typed;
      this.listener = listener;
    }

    @Override
    public void hear(byte[] bytes, int length, OutputStream onward) throws IOException {
      rest.write(bytes, 0, length);
      ByteBuffer buffer = ByteBuffer.wrap(rest.toByteArray());
      while (true) {
        buffer.mark();
        int head = typed ? 5 : 4;
        if (buffer.remaining() < head) {
          break;
        }
        char type = typed ? (char) buffer.get() : ' ';
        int size = buffer.getInt() - 4;
        if (buffer.remaining() < size) {
          buffer.reset();
          break;
        }
        byte[] body = new byte[size];
        buffer.get(body);
        typed = true;
        listener.hear(type, ByteBuffer.wrap(body));
      }
      byte[] left = Arrays.copyOfRange(buffer.array(), buffer.position(), buffer.limit());
      rest.reset();
      rest.write(left);
      onward.write(bytes, 0, length);
      onward.flush();
    }
  }
}
