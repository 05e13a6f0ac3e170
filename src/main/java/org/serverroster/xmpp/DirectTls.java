package org.serverroster.xmpp;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS from the first byte; the certificate must be signed by somebody trusted and name the host.
 */
final class DirectTls {

  private DirectTls() {}

  /**
   * @param ca PEM file of the trusted authorities; null for those of the Java runtime
   * @return the encrypted socket, after its handshake
   * @throws IOException if there is no TLS or the certificate does not count, in words fit for an
   *     operator; nothing of ours has been sent then
   */
  static Socket wrap(Socket plain, String host, int port, Path ca) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, ca == null ? null : trusting(ca).getTrustManagers(), null);
      SSLSocket socket =
          (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      handshake(socket, host);
      checkPeriod(socket);
      return socket;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private static void handshake(SSLSocket socket, String host) throws IOException {
    try {
      socket.startHandshake();
    } catch (SocketTimeoutException e) {
      throw new IOException("the server did not answer in TLS", e);
    } catch (SSLException e) {
      throw new IOException(words(e, host), e);
    }
  }

  /** The runtime asks a certificate that is itself in the file of the trusted for no period. */
  private static void checkPeriod(SSLSocket socket) throws IOException {
    try {
      ((X509Certificate) socket.getSession().getPeerCertificates()[0]).checkValidity();
    } catch (CertificateException e) {
      socket.close();
      throw new IOException(words(new SSLException(e), ""), e);
    }
  }

  /** What the runtime says is "PKIX path building failed" and the like. */
  private static String words(SSLException problem, String host) {
    boolean doubted = false;
    for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateExpiredException) {
        return "the certificate of the server has expired";
      } else if (cause instanceof CertificateNotYetValidException) {
        return "the certificate of the server is not valid yet";
      } else if (cause instanceof CertPathBuilderException || isForged(cause)) {
        return "the certificate of the server is not signed by an authority that we trust";
      } else if (cause instanceof CertPathValidatorException) {
        doubted = true;
      } else if (cause instanceof CertificateException && cause.getCause() == null && !doubted) {
        return "the certificate of the server does not name " + host;
      }
    }
    String said = problem.getMessage();
    return doubted
        ? "the certificate of the server does not count: " + said
        : "no TLS with the server: " + said;
  }

  /** True if its issuer bears the name of an authority that we trust, and is not that one. */
  private static boolean isForged(Throwable cause) {
    return cause instanceof CertPathValidatorException invalid
        && invalid.getReason() == BasicReason.INVALID_SIGNATURE;
  }

  private static TrustManagerFactory trusting(Path ca)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(ca)) {
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("ca-" + number++, certificate);
      }
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }
}
