package org.serverroster.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A private certificate authority, made with the {@code keytool} of the JDK: what it signs is
 * trusted by whoever is given its {@link #pem()}, and by nobody else.
 */
public final class Authority {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Path folder;
  private int issued;

  private Authority(Path folder) {
    this.folder = folder.toAbsolutePath();
  }

  /** A new authority that keeps its keys and all that it signs in that folder. */
  public static Authority in(Path folder) throws IOException {
    Files.createDirectories(folder);
    var authority = new Authority(folder);
    authority.generate("authority", List.of("-ext", "bc:c"), "-validity", "30");
    Files.writeString(authority.pem(), authority.chain("authority"));
    return authority;
  }

  /** The file of its own certificate, in PEM. */
  public Path pem() {
    return folder.resolve("authority.pem");
  }

  /** Signs a certificate for these domains and IP addresses that is valid now. */
  public Certificate issue(String... names) throws IOException {
    return issue(names, "-validity", "20");
  }

  /** Signs a certificate that has expired five days ago. */
  public Certificate issueExpired(String... names) throws IOException {
    return issue(names, "-startdate", "-10d", "-validity", "5");
  }

  private synchronized Certificate issue(String[] names, String... period) throws IOException {
    var alias = "server-" + issued++;
    var subjects = Stream.of(names).map(name -> (isAddress(name) ? "ip:" : "dns:") + name).toList();
    generate(
        alias,
        List.of("-signer", "authority", "-ext", "san=" + String.join(",", subjects)),
        period);
    var certificate =
        new Certificate(folder.resolve(alias + ".crt"), folder.resolve(alias + ".key"));
    Files.writeString(certificate.chain(), chain(alias));
    Files.writeString(certificate.key(), key(alias));
    return certificate;
  }

  private void generate(String alias, List<String> kind, String... period) throws IOException {
    var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    var command = new ArrayList<>(List.of(keytool.toString(), "-genkeypair", "-alias", alias));
    command.addAll(List.of("-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=" + alias));
    command.addAll(List.of("-keystore", store().toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass", new String(PASSWORD)));
    command.addAll(kind);
    command.addAll(List.of(period));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("keytool: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }

  private String chain(String alias) throws IOException {
    try {
      var certificates = new ArrayList<String>();
      for (var each : keys().getCertificateChain(alias)) {
        certificates.add(pem("CERTIFICATE", each.getEncoded()));
      }
      return certificates.stream().collect(Collectors.joining());
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private String key(String alias) throws IOException {
    try {
      return pem("PRIVATE KEY", keys().getKey(alias, PASSWORD).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private KeyStore keys() throws IOException, GeneralSecurityException {
    var keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store())) {
      keys.load(in, PASSWORD);
    }
    return keys;
  }

  private Path store() {
    return folder.resolve("keys.p12");
  }

  private static boolean isAddress(String name) {
    return name.matches("[0-9.]+");
  }

  private static String pem(String what, byte[] bytes) {
    var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n".formatted(what, text);
  }

  /**
   * A certificate as servers want it.
   *
   * @param chain the file of the certificate and those that vouch for it, in PEM
   * @param key the file of the private key, in PEM
   */
  public record Certificate(Path chain, Path key) {

    /** A file with the chain and the key, which is what ejabberd reads. */
    public Path together() throws IOException {
      var name = chain.getFileName().toString().replace(".crt", ".pem");
      return Files.writeString(
          chain.resolveSibling(name), Files.readString(chain) + Files.readString(key));
    }
  }
}
