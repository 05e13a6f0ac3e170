package org.serverroster.config;

import io.quarkus.arc.Unremovable;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.serverroster.event.Envelopes;
import org.serverroster.event.Events;
import org.serverroster.event.Messages;
import org.serverroster.event.Signature;
import org.serverroster.outbox.Announcements;
import org.serverroster.outbox.Receiver;
import org.serverroster.outbox.Redaction;
import org.serverroster.roster.Domain;

/** Puts together what tells those outside: the beans that routes/events.yaml names. */
@Unremovable
class EventParts {

  private static final int ANNOUNCERS = 4;

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
  Announcements announcements(Envelopes envelopes) {
    return new Announcements(new Events(), envelopes, settings.events().uri().isPresent());
  }

  @Produces
  @Singleton
  @Named("messages")
  @Unremovable
  Messages messages(Envelopes envelopes, Clock clock) {
    return new Messages(envelopes, settings.events().secret().map(Signature::new), clock);
  }

  @Produces
  @Singleton
  @Named("eventsReceiver")
  @Unremovable
  Receiver eventsReceiver(Clock clock) {
    return new Receiver(
        new Redaction(settings.events().uri().orElse("")), settings.events().giveUpAfter(), clock);
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
