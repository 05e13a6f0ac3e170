package org.serverroster.pipeline;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Message;

/** The text of a message, whatever its transport makes of one, and however long it is. */
final class OrderText {

  private static final int LARGEST = 16_384;

  /**
   * What came, or the beginning of it when that is too long.
   *
   * @throws UnacceptableException when nothing of it can be read
   */
  static byte[] bytes(Message message) throws UnacceptableException {
    try {
      return beginning(message);
    } catch (IOException | JMSException e) {
      throw new UnacceptableException("it could not be read");
    }
  }

  /**
   * The text.
   *
   * @throws UnacceptableException when it is too long, or no text in UTF-8
   */
  static String of(byte[] bytes) throws UnacceptableException {
    if (bytes.length > LARGEST) {
      throw new UnacceptableException("longer than " + LARGEST + " bytes");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new UnacceptableException("not UTF-8");
    }
  }

  private static byte[] beginning(Message message)
      throws IOException, JMSException, UnacceptableException {
    Object body = message.getBody();
    if (body instanceof TextMessage text) {
      return text.getText() == null ? new byte[0] : text.getText().getBytes(StandardCharsets.UTF_8);
    }
    if (body instanceof BytesMessage packet) {
      byte[] bytes = new byte[(int) Math.min(packet.getBodyLength(), LARGEST + 1)];
      packet.readBytes(bytes);
      return bytes;
    }
    if (body instanceof jakarta.jms.Message) {
      throw new UnacceptableException("neither a text nor a bytes message");
    }
    try (InputStream stream = message.getBody(InputStream.class)) {
      return stream == null ? new byte[0] : stream.readNBytes(LARGEST + 1);
    }
  }

  private OrderText() {}
}
