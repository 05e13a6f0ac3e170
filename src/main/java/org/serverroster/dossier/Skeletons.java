package org.serverroster.dossier;

import com.ibm.icu.text.SpoofChecker;
import java.util.LinkedHashMap;
import java.util.Map;
import org.serverroster.roster.Domain;

/**
 * What names look like (UTS #39, section 4: two names are confusable if their skeletons are the
 * same). Those of the last names that were asked for are remembered: each mail compares with
 * thousands, mostly the same ones, and making them was a quarter of its processor time.
 */
final class Skeletons {

  private static final SpoofChecker CHECKER = new SpoofChecker.Builder().build();
  private static final int MOST = 10_000;

  private static final Map<String, String> REMEMBERED =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MOST;
        }
      };

  private Skeletons() {}

  /**
   * The skeleton of a domain as people read it, in U-labels.
   *
   * @param name in A-labels
   */
  static String of(String name) {
    synchronized (REMEMBERED) {
      return REMEMBERED.computeIfAbsent(
          name, each -> CHECKER.getSkeleton(new Domain(each).unicode()));
    }
  }
}
