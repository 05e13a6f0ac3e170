package org.serverroster.config;

import io.quarkus.arc.Unremovable;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.serverroster.approval.Correspondence;
import org.serverroster.approval.Decisions;
import org.serverroster.approval.Lines;
import org.serverroster.event.Envelopes;
import org.serverroster.event.Events;
import org.serverroster.event.Messages;
import org.serverroster.event.Signature;
import org.serverroster.outbox.Announcements;
import org.serverroster.outbox.Receiver;
import org.serverroster.outbox.Redaction;
import org.serverroster.pipeline.Orders;
import org.serverroster.roster.Domain;
import org.serverroster.roster.LocalDomains;

/**
 * Puts together what tells those outside and listens to their commands: beans that several routes
 * name, most of them events, notices and pipeline.
 */
@Unremovable
class EventParts {

  private static final int ANNOUNCERS = 4;
  private static final int SPEAKERS = 4;

  private final Settings settings;

  EventParts(Settings settings) {
    this.settings = settings;
  }

  @Produces
  @Singleton
  @Unremovable
  Envelopes envelopes() {
    return new Envelopes(Domain.of(settings.xmpp().component()));
  }

  @Produces
  @Singleton
  @Named("announcements")
  @Unremovable
  Announcements announcements(Envelopes envelopes, Correspondence correspondence, Clock clock) {
    Set<String> wanted = new HashSet<>();
    settings.events().uri().ifPresent(uri -> wanted.add("event"));
    settings.notices().uri().ifPresent(uri -> wanted.add("notice"));
    Lines lines = new Lines(correspondence);
    return new Announcements(
        new Events(), envelopes, wanted, new Announcements.Lines(lines::of, lines::failure), clock);
  }

  @Produces
  @Singleton
  @Named("messages")
  @Unremovable
  Messages messages(Envelopes envelopes, Clock clock) {
    return new Messages(
        envelopes,
        settings.events().secret().map(Signature::new),
        settings.events().uri().orElse(""),
        settings.notices().uri().orElse(""),
        settings.notices().format().equals("json"),
        clock);
  }

  @Produces
  @Singleton
  @Named("eventsReceiver")
  @Unremovable
  Receiver eventsReceiver(Clock clock) {
    return new Receiver(
        "events-receiver",
        new Redaction(settings.events().uri().orElse("")),
        settings.events().giveUpAfter(),
        clock);
  }

  @Produces
  @Singleton
  @Named("noticesReceiver")
  @Unremovable
  Receiver noticesReceiver(Clock clock) {
    return new Receiver(
        "notices-receiver",
        new Redaction(settings.notices().uri().orElse("")),
        settings.events().giveUpAfter(),
        clock);
  }

  @Produces
  @Singleton
  @Named("orders")
  @Unremovable
  Orders orders(LocalDomains domains, Decisions decisions, Clock clock) {
    return new Orders(domains, decisions, settings.commands().secret().map(Signature::new), clock);
  }

  /** Threads of their own: a chat server that takes its time holds up no event. */
  @Produces
  @Singleton
  @Named("speakers")
  @Unremovable
  ExecutorService speakers() {
    return Executors.newFixedThreadPool(SPEAKERS, work -> new Thread(work, "speaker"));
  }

  void stopSpeaking(@Disposes @Named("speakers") ExecutorService speakers) {
    speakers.shutdown();
  }

  @Produces
  @Singleton
  @Named("announcers")
  @Unremovable
  ExecutorService announcers() {
    return Executors.newFixedThreadPool(ANNOUNCERS, work -> new Thread(work, "announcer"));
  }

  void stopAnnouncing(@Disposes @Named("announcers") ExecutorService announcers) {
    announcers.shutdown();
  }
}
