package org.serverroster.config;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.AgroalPoolInterceptor;
import io.quarkus.agroal.DataSource;
import io.quarkus.arc.Unremovable;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.mail.JavaMailSender;
import org.serverroster.approval.Addressees;
import org.serverroster.approval.ChangeQuestions;
import org.serverroster.approval.Correspondence;
import org.serverroster.approval.Decisions;
import org.serverroster.approval.Digests;
import org.serverroster.approval.Doorkeeper;
import org.serverroster.approval.Letters;
import org.serverroster.approval.Limits;
import org.serverroster.approval.Links;
import org.serverroster.approval.Notices;
import org.serverroster.audit.AuditTrail;
import org.serverroster.audit.Seals;
import org.serverroster.dossier.DossierGatherer;
import org.serverroster.dossier.Dossiers;
import org.serverroster.outbox.Announcements;
import org.serverroster.outbox.CarefulMailSender;
import org.serverroster.outbox.ClockWatch;
import org.serverroster.outbox.Departure;
import org.serverroster.outbox.Departures;
import org.serverroster.outbox.Disagreements;
import org.serverroster.outbox.Greetings;
import org.serverroster.outbox.MailBudget;
import org.serverroster.outbox.MailServer;
import org.serverroster.outbox.Stanzas;
import org.serverroster.outbox.XmppServer;
import org.serverroster.roster.Account;
import org.serverroster.roster.Administrators;
import org.serverroster.roster.Domain;
import org.serverroster.roster.Handovers;
import org.serverroster.roster.LocalDomains;
import org.serverroster.roster.PeerPattern;
import org.serverroster.roster.Peers;
import org.serverroster.roster.Policy;
import org.serverroster.xmpp.AcknowledgementMissingException;
import org.serverroster.xmpp.StanzaRefusedException;
import org.serverroster.xmpp.StreamDownException;
import org.serverroster.xmpp.StreamState;
import org.serverroster.xmpp.XmppComponent;

/** Puts the parts of the house together: the beans that the routes name, made from the settings. */
@Unremovable
class Parts {

  private static final int DELIVERERS = 4;

  /** So many greetings are on their way at a time; each waits for its acknowledgement. */
  private static final int GREETERS = 32;

  /** So many changes wait at most for a deliverer of theirs; the stanzas of others are found. */
  private static final int MOST_AT_ONCE = 64;

  /** Short enough for a replica that stands by to take over within ten seconds. */
  private static final Duration RECONNECT_MAX = Duration.ofSeconds(5);

  private static final Duration RECONNECT_MIN = Duration.ofMillis(500);
  private static final String MAIL_TIMEOUT_MILLIS = "10000";

  private final Settings settings;

  Parts(Settings settings) {
    this.settings = settings;
  }

  /**
   * To the microsecond: what a database keeps is no other point in time than what was asked for.
   */
  @Produces
  @Singleton
  Clock clock() {
    Clock finer = Clock.systemUTC();
    InstantSource source = () -> finer.instant().truncatedTo(ChronoUnit.MICROS);
    return source.withZone(ZoneOffset.UTC);
  }

  @Produces
  @Singleton
  SecureRandom random() {
    return new SecureRandom();
  }

  @Produces
  @Singleton
  LocalDomains localDomains() {
    Map<Domain, Administrators> administrators = new TreeMap<>();
    for (String name : settings.domains().orElse(List.of(settings.xmpp().component()))) {
      administrators.put(Domain.of(name), administrators(settings.admins(), settings.admins()));
    }
    settings
        .domain()
        .forEach(
            (name, domain) ->
                administrators.replace(
                    Domain.of(name), administrators(domain.admins(), settings.admins())));
    return new LocalDomains(administrators, settings.approval().escalateTo().orElse(List.of()));
  }

  private static Administrators administrators(Settings.Admins own, Settings.Admins common) {
    return new Administrators(
        own.mail().or(common::mail).orElse(List.of()),
        own.jid().or(common::jid).orElse(List.of()).stream()
            .map(Account::of)
            .collect(Collectors.toSet()));
  }

  /** The one of the two datasources that is in use. */
  @Produces
  @Singleton
  @Named("roster")
  @Unremovable
  javax.sql.DataSource roster(
      @DataSource("h2") Instance<AgroalDataSource> h2,
      @DataSource("postgresql") Instance<AgroalDataSource> postgresql) {
    return settings.db().kind().equals("postgresql") ? postgresql.get() : h2.get();
  }

  @Produces
  @Singleton
  @Named("pooledConnections")
  @Unremovable
  PooledConnections pooledConnections() {
    return new PooledConnections();
  }

  /** Takes the place of Camel's own language of that name, which is looked for here first. */
  @Produces
  @Singleton
  @Named("bean")
  @Unremovable
  BeanCalls beanCalls() {
    return new BeanCalls();
  }

  @Produces
  @Singleton
  @Named("namedParameters")
  @Unremovable
  NamedParameters namedParameters() {
    return new NamedParameters();
  }

  @Produces
  @Singleton
  @Named("xmpp-component")
  @Unremovable
  XmppComponent xmppComponent(LocalDomains domains, Clock clock) {
    Settings.Xmpp xmpp = settings.xmpp();
    XmppComponent component = new XmppComponent();
    component.setExceptionHandler(new FailedStanzas(clock));
    component.setHost(xmpp.host());
    component.setPort(xmpp.port());
    component.setSecret(xmpp.secret());
    component.setReconnectMin(RECONNECT_MIN);
    component.setReconnectMax(RECONNECT_MAX);
    component.setTls(xmpp.tls());
    xmpp.tlsCa().ifPresent(component::setTlsCa);
    component.setHandoverHosts(
        String.join(
            ",",
            domains.all().stream()
                .map(Domain::name)
                .filter(name -> !name.equals(Domain.of(xmpp.component()).name()))
                .toList()));
    return component;
  }

  @Produces
  @Singleton
  @Named("doorkeeper")
  @Unremovable
  Doorkeeper doorkeeper(LocalDomains domains, Clock clock) {
    return new Doorkeeper(domains, clock);
  }

  @Produces
  @Singleton
  @Named("peers")
  @Unremovable
  Peers peers() {
    Settings.Approval approval = settings.approval();
    return new Peers(
        new Policy(
            approval.expiresAfter(),
            approval.remindAfter(),
            approval.escalateTo().map(addresses -> approval.escalateAfter()),
            approval.reviewAfter(),
            settings.denial().quietPeriod(),
            settings.outbound().resendAfter(),
            settings.outbound().giveUpAfter(),
            approval.quorum(),
            settings.autoApprove().orElse(List.of()).stream().map(PeerPattern::of).toList()));
  }

  @Produces
  @Singleton
  @Named("handovers")
  @Unremovable
  Handovers handovers() {
    return new Handovers(System::nanoTime);
  }

  @Produces
  @Singleton
  @Named("limits")
  @Unremovable
  Limits limits(Clock clock) {
    Settings.Limits limits = settings.limits();
    return new Limits(
        limits.pendingRequests(), limits.requestsPerDay(), limits.requestsPerPeer(), clock);
  }

  @Produces
  @Singleton
  @Named("change")
  @Unremovable
  ChangeQuestions changeQuestions(AfterTransaction transaction) {
    return new ChangeQuestions(transaction::ifCommitted);
  }

  @Produces
  @Singleton
  @Named("decisions")
  @Unremovable
  Decisions decisions(Clock clock, LocalDomains domains) {
    return new Decisions(clock, domains);
  }

  @Produces
  @Singleton
  @Named("seals")
  @Unremovable
  Seals seals(Clock clock) {
    return new Seals(clock);
  }

  @Produces
  @Singleton
  @Named("auditTrail")
  @Unremovable
  AuditTrail auditTrail() {
    return new AuditTrail();
  }

  @Produces
  @Singleton
  @Named("departures")
  @Unremovable
  Departures departures(LocalDomains domains, Announcements announcements, Departure departure) {
    return new Departures(domains, announcements, departure);
  }

  @Produces
  @Singleton
  @Named("clockWatch")
  @Unremovable
  ClockWatch clockWatch(Clock clock) {
    return new ClockWatch(clock, System::nanoTime);
  }

  @Produces
  @Singleton
  @Named("departure")
  @Unremovable
  Departure departure(
      Clock clock,
      SecureRandom random,
      XmppComponent component,
      @Named("deliverers") ThreadPoolExecutor deliverers,
      @Named("database") Outage database) {
    return new Departure(
        clock,
        random,
        () -> !component.getCamelContext().isStopping(),
        () -> isStreamUp(component),
        () -> deliverers.getQueue().size() < MOST_AT_ONCE,
        () -> !database.isOut());
  }

  private boolean isStreamUp(XmppComponent component) {
    return component.streamState(settings.xmpp().component()) == StreamState.AUTHENTICATED;
  }

  @Produces
  @Singleton
  Disagreements disagreements(Clock clock) {
    return new Disagreements(clock);
  }

  @Produces
  @Singleton
  @Named("greetings")
  @Unremovable
  Greetings greetings(
      Stanzas stanzas,
      Disagreements disagreements,
      Clock clock,
      XmppComponent component,
      LocalDomains domains) {
    return new Greetings(
        stanzas,
        disagreements,
        () -> isStreamUp(component),
        domains.all().stream().map(Domain::name).sorted().toList(),
        clock);
  }

  @Produces
  @Singleton
  @Named("greeters")
  @Unremovable
  ExecutorService greeters() {
    ThreadPoolExecutor greeters =
        new ThreadPoolExecutor(
            GREETERS,
            GREETERS,
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> new Thread(work, "greeter"));
    greeters.allowCoreThreadTimeOut(true); // they are seldom needed
    return greeters;
  }

  void stopGreeting(@Disposes @Named("greeters") ExecutorService greeters) {
    greeters.shutdown();
  }

  @Produces
  @Singleton
  @Named("embeddedFile")
  @Unremovable
  EmbeddedFile embeddedFile(@DataSource("h2") Instance<AgroalDataSource> h2) {
    Settings.Db db = settings.db();
    return new EmbeddedFile(
        h2::get, db.username().orElse(""), db.password().orElse(""), System::nanoTime);
  }

  void closeFile(@Disposes @Named("embeddedFile") EmbeddedFile file) {
    file.close();
  }

  @Produces
  @Singleton
  @DataSource("h2")
  AgroalPoolInterceptor gate(@Named("embeddedFile") EmbeddedFile file) {
    return file.gate();
  }

  @Produces
  @Singleton
  @Named("stanzas")
  @Unremovable
  Stanzas stanzas(Clock clock) {
    return new Stanzas(clock);
  }

  @Produces
  @Singleton
  @Unremovable
  Links links(SecureRandom random, Clock clock) {
    return new Links(random, clock);
  }

  @Produces
  @Singleton
  @Named("letters")
  @Unremovable
  Letters letters(Links links, Clock clock, Correspondence correspondence, LocalDomains domains) {
    return new Letters(links, clock, correspondence, new Addressees(domains, clock));
  }

  @Produces
  @Singleton
  @Named("dossierGatherer")
  @Unremovable
  DossierGatherer dossierGatherer(ProducerTemplate template, XmppComponent component, Clock clock) {
    return new DossierGatherer(template, () -> isStreamUp(component), clock);
  }

  @Produces
  @Singleton
  @Named("dossiers")
  @Unremovable
  Dossiers dossiers(LocalDomains domains) {
    return new Dossiers(domains);
  }

  @Produces
  @Singleton
  @Named("notices")
  @Unremovable
  Notices notices(Correspondence correspondence) {
    return new Notices(correspondence);
  }

  @Produces
  @Singleton
  @Named("digests")
  @Unremovable
  Digests digests(Links links, Clock clock, Correspondence correspondence, LocalDomains domains) {
    return new Digests(links, clock, correspondence, new Addressees(domains, clock));
  }

  @Produces
  @Dependent
  Correspondence correspondence() {
    String from =
        settings.mail().from().orElse("server-roster@" + Domain.of(settings.xmpp().component()));
    return new Correspondence(from, settings.baseUrl());
  }

  @Produces
  @Singleton
  @Named("mailBudget")
  @Unremovable
  MailBudget mailBudget(Clock clock) {
    return new MailBudget(settings.limits().mailsPerHour(), settings.limits().digestEvery(), clock);
  }

  @Produces
  @Singleton
  @Named("mailSender")
  @Unremovable
  JavaMailSender mailSender() {
    Settings.Mail mail = settings.mail();
    CarefulMailSender sender = new CarefulMailSender();
    sender.setProtocol(mail.protocol());
    sender.setHost(mail.host());
    sender.setPort(mail.port());
    mail.username().ifPresent(sender::setUsername);
    mail.password().ifPresent(sender::setPassword);
    String prefix = "mail." + mail.protocol() + ".";
    sender.addAdditionalJavaMailProperty(
        prefix + "auth", Boolean.toString(mail.username().isPresent()));
    sender.addAdditionalJavaMailProperty(prefix + "connectiontimeout", MAIL_TIMEOUT_MILLIS);
    sender.addAdditionalJavaMailProperty(prefix + "timeout", MAIL_TIMEOUT_MILLIS);
    sender.addAdditionalJavaMailProperty(prefix + "writetimeout", MAIL_TIMEOUT_MILLIS);
    sender.addAdditionalJavaMailProperty(prefix + "ssl.checkserveridentity", "true");
    sender.addAdditionalJavaMailProperty(
        prefix + "starttls.enable", Boolean.toString(mail.starttls()));
    sender.addAdditionalJavaMailProperty(
        prefix + "starttls.required", Boolean.toString(mail.starttls()));
    return sender;
  }

  @Produces
  @Singleton
  @Named("mailServer")
  @Unremovable
  MailServer mailServer(Clock clock) {
    return new MailServer(clock);
  }

  @Produces
  @Singleton
  @Named("xmppServer")
  @Unremovable
  XmppServer xmppServer(Clock clock, XmppComponent component) {
    XmppServer server =
        new XmppServer(
            clock,
            StreamDownException.class::isInstance,
            failure ->
                failure instanceof AcknowledgementMissingException
                    || failure instanceof StanzaRefusedException);
    component.addStreamListener(
        (domain, state) -> {
          if (state != StreamState.AUTHENTICATED) {
            server.streamIsOver();
          }
        });
    return server;
  }

  @Produces
  @Singleton
  @Named("database")
  @Unremovable
  Outage database(Clock clock, EmbeddedFile file) {
    return new Outage(clock, settings.db().kind().equals("h2") ? file : null);
  }

  @Produces
  @Singleton
  @Named("commandSource")
  @Unremovable
  CommandSource commandSource(CamelContext context, Clock clock) {
    return new CommandSource(context, clock);
  }

  @Produces
  @Singleton
  @Named("deliverers")
  @Unremovable
  ThreadPoolExecutor deliverers() {
    return new ThreadPoolExecutor(
        DELIVERERS,
        DELIVERERS,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        work -> new Thread(work, "deliverer"));
  }

  void stopDelivering(@Disposes @Named("deliverers") ThreadPoolExecutor deliverers) {
    deliverers.shutdown();
  }

  /** Threads of their own: an SMTP server that takes its time holds up no stanza. */
  @Produces
  @Singleton
  @Named("mailers")
  @Unremovable
  ExecutorService mailers() {
    return Executors.newFixedThreadPool(DELIVERERS, work -> new Thread(work, "mailer"));
  }

  void stopMailing(@Disposes @Named("mailers") ExecutorService mailers) {
    mailers.shutdown();
  }
}
