package org.serverroster.fault;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;

/** Gives all of its cards in an order by the seed, then all of them again in another one. */
final class Deck<T> {

  private final List<T> cards;
  private final Random random;
  private final Queue<T> left = new ArrayDeque<>();

  Deck(List<T> cards, Random random) {
    this.cards = new ArrayList<>(cards);
    this.random = random;
  }

  T next() {
    if (left.isEmpty()) {
      Collections.shuffle(cards, random);
      left.addAll(cards);
    }
    return left.remove();
  }
}
