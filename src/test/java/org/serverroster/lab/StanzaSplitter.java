package org.serverroster.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Cuts the bytes of one direction of an XMPP stream into its header, its stanzas and its end, by
 * counting tags. What is between stanzas is left out; servers send neither comments nor CDATA.
 */
public final class StanzaSplitter {

  /** Is told what the stream consists of, in its order. */
  public interface Listener {
    /** The stream has begun with this tag. */
    void header(String tag) throws IOException;

    /** A child of the stream, whole. */
    void stanza(String xml) throws IOException;

    /** The stream was ended in an orderly way. */
    void end() throws IOException;
  }

  private final Listener listener;
  private final ByteArrayOutputStream stanza = new ByteArrayOutputStream();
  private final ByteArrayOutputStream tag = new ByteArrayOutputStream();
  private int depth;
  private int quote;

  /**
   * @param listener is called by whoever calls {@link #accept}
   */
  public StanzaSplitter(Listener listener) {
    this.listener = listener;
  }

  /** Takes the next bytes. */
  public void accept(byte[] bytes, int length) throws IOException {
    for (var i = 0; i < length; i++) {
      accept(bytes[i]);
    }
  }

  private void accept(byte b) throws IOException {
    if (tag.size() == 0 && b != '<') {
      if (depth > 1) {
        stanza.write(b);
      }
      return;
    }
    tag.write(b);
    if (quote != 0) {
      quote = b == quote ? 0 : quote;
    } else if (b == '\'' || b == '"') {
      quote = b;
    } else if (b == '>') {
      var text = tag.toString(StandardCharsets.UTF_8);
      tag.reset();
      acceptTag(text);
    }
  }

  private void acceptTag(String text) throws IOException {
    if (text.startsWith("<?")) {
      return;
    }
    if (text.startsWith("<stream:stream")) {
      depth = 1;
      listener.header(text);
      return;
    }
    stanza.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    if (text.startsWith("</")) {
      depth--;
    } else if (!text.endsWith("/>")) {
      depth++;
    }
    if (depth == 1) {
      var xml = stanza.toString(StandardCharsets.UTF_8);
      stanza.reset();
      listener.stanza(xml);
    } else if (depth == 0) {
      stanza.reset();
      listener.end();
    }
  }
}
