package org.serverroster.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** An integrator's client of the real Kafka. */
final class Topic {

  /** Everything in the topic of events, each partition from its beginning. */
  static List<ConsumerRecord<String, String>> events() {
    List<ConsumerRecord<String, String>> events = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", KafkaBroker.kafka().brokers()),
            new StringDeserializer(),
            new StringDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(KafkaBroker.EVENTS).stream()
              .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        consumer.poll(Duration.ofMillis(100)).forEach(events::add);
      }
    }
    return events;
  }

  /** The events about one peer, as they lie there. */
  static List<JsonNode> about(String peer) {
    return events().stream()
        .filter(event -> event.key().equals("capulet.lit " + peer))
        .map(event -> Schemas.tree(event.value()))
        .toList();
  }

  /** Sends a command, signed with this secret; null: not signed. */
  static void command(String secret, String body) throws ExecutionException, InterruptedException {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", KafkaBroker.kafka().brokers()),
            new StringSerializer(),
            new StringSerializer())) {
      ProducerRecord<String, String> command = new ProducerRecord<>(KafkaBroker.COMMANDS, body);
      if (secret != null) {
        String time = Long.toString(Instant.now().getEpochSecond());
        header(command, "webhook-id", "message-1");
        header(command, "webhook-timestamp", time);
        header(
            command, "webhook-signature", StandardWebhooks.sign(secret, "message-1", time, body));
      }
      producer.send(command).get();
    }
  }

  private static void header(ProducerRecord<String, String> record, String name, String value) {
    record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private Topic() {}
}
