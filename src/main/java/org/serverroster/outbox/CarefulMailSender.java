package org.serverroster.outbox;

import jakarta.mail.Address;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.NoSuchProviderException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import org.apache.camel.component.mail.DefaultJavaMailSender;

/**
 * Camel's sender of mail, with a failure of its own for what happens before a mail is begun. By the
 * failures of the library alone a time-out while the server greets looks like one after the mail's
 * text, when it may have arrived.
 */
public final class CarefulMailSender extends DefaultJavaMailSender {

  @Override
  protected Transport getTransport(Session session) throws NoSuchProviderException {
    return new CarefulTransport(session, super.getTransport(session));
  }

  private static final class CarefulTransport extends Transport {

    private final Transport transport;

    private CarefulTransport(Session session, Transport transport) {
      super(session, transport.getURLName());
      this.transport = transport;
    }

    @Override
    public void connect(String host, int port, String user, String password)
        throws MessagingException {
      try {
        transport.connect(host, port, user, password);
      } catch (MessagingException e) {
        throw new NotConnectedException(e);
      }
    }

    @Override
    public void sendMessage(Message mail, Address[] recipients) throws MessagingException {
      transport.sendMessage(mail, recipients);
    }

    @Override
    public void close() throws MessagingException {
      transport.close();
    }
  }
}
