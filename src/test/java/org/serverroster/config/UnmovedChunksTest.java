package org.serverroster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * H2 does not move what it has written to another place of its file. A kill while it does so is
 * mended in memory alone when the file is opened; the old place, of which the file still speaks, is
 * written over, and the kill after that one takes everything since the move.
 */
@Timeout(120)
class UnmovedChunksTest {

  private static final int BLOCK = 4096;
  private static final Pattern HEADER =
      Pattern.compile("^chunk:([0-9a-f]+),len:[^\n]*,version:([0-9a-f]+)");

  @TempDir Path folder;

  /** Its housekeeping runs each 10 ms here, and what is superseded is free after 100 ms. */
  @Test
  void nothingIsMovedWhileItIsOpenNorWhenItIsClosed() throws Exception {
    Path file = folder.resolve("roster.mv.db");
    Map<String, Integer> places = new HashMap<>();
    try (AgroalDataSource pool = pool();
        Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      EmbeddedFile embedded = new EmbeddedFile(() -> pool, "", "", System::nanoTime);
      statement.execute("create table peer(id int primary key, words varchar(4000))");
      for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 40; i++) {
          statement.execute(
              "merge into peer values (%d, '%s')".formatted((i * 7) % 100, "w".repeat(3000)));
          statement.execute("checkpoint sync");
        }
        statement.execute("delete from peer where id %% 3 = %d".formatted(round % 3));
        embedded.keepHouse();
        unmoved(places, file);
      }
      statement.execute("shutdown");
    }
    assertTrue(places.size() > 500, () -> places.size() + " chunks seen");
    unmoved(places, file);
  }

  /** Each chunk is where it was seen before. A stale header says nothing of the file's own. */
  private static void unmoved(Map<String, Integer> places, Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    for (int block = 2; block < all.length / BLOCK; block++) {
      String start = new String(all, block * BLOCK, 300, StandardCharsets.ISO_8859_1);
      Matcher header = HEADER.matcher(start);
      if (header.find()) {
        String chunk = header.group(1) + " of version " + header.group(2);
        Integer seen = places.putIfAbsent(chunk, block);
        assertEquals(seen == null ? block : seen, block, () -> "the place of chunk " + chunk);
      }
    }
  }

  private AgroalDataSource pool() throws SQLException {
    String url =
        DerivedSettings.withH2Options(
            "jdbc:h2:file:" + folder.resolve("roster") + ";WRITE_DELAY=10;RETENTION_TIME=100");
    return AgroalDataSource.from(
        new AgroalDataSourceConfigurationSupplier()
            .connectionPoolConfiguration(
                c -> c.maxSize(2).connectionFactoryConfiguration(f -> f.jdbcUrl(url))));
  }
}
