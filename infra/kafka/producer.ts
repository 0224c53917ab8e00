/**
 * The producer: idempotent, acknowledged by all replicas, one request at a time, so that messages of a
 * key stay in the order given and a repeated request writes nothing twice.
 */
import type { IHeaders, Kafka, Message, Producer } from 'kafkajs';
import { Partitioners } from 'kafkajs';
import type { Logger } from '../../projections/logger.ts';
import { RETRY } from './client.ts';
import { KafkaError, kafkaError } from './errors.ts';

type Bytes = Uint8Array | string;

export interface OutgoingMessage {
  readonly topic: string;
  /** Decides on the partition, as the Java client does. */
  readonly key: Bytes | null;
  /** Sent byte for byte. */
  readonly value: Bytes | null;
  readonly headers?: readonly (readonly [name: string, value: Bytes])[];
}

export interface KafkaProducer {
  /**
   * Resolves once the brokers have all of the messages. They are written in the order given, to each
   * partition in order; calls are served one after another.
   *
   * After a failure some may have been written and will be again: at least once, never reordered.
   * @throws KafkaError
   */
  send(messages: readonly OutgoingMessage[]): Promise<void>;
  close(): Promise<void>;
}

export interface ProducerOptions {
  readonly kafka: Kafka;
  readonly logger: Logger;
  /** Told after each request of what went out, or did not. */
  readonly observe?: (topic: string, messages: number, outcome: 'produced' | 'failed') => void;
}

// The library makes one record batch of all messages for a partition, and a broker takes 1 MiB by default.
const MAX_REQUEST_BYTES = 768 * 1024;
// It also groups them in time that grows with their square.
const MAX_REQUEST_MESSAGES = 1_000;
const BYTES_PER_MESSAGE = 64;

/** Connects at the first `send`, and again whenever that is needed. */
export function createProducer({ kafka, logger, observe }: ProducerOptions): KafkaProducer {
  let current: Promise<Producer> | undefined;
  let tail: Promise<unknown> = Promise.resolve();
  let closed = false;

  async function connect(): Promise<Producer> {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: RETRY,
    });
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  /**
   * A producer that failed is never used again. It takes its sequence numbers back for what it gave up
   * on; had a broker written that after all, it would take the next request for a repeat and drop it.
   */
  async function abandon(): Promise<void> {
    const failed = current;
    current = undefined;
    await failed?.then((producer) => producer.disconnect()).catch(() => undefined);
  }

  async function sendAll(messages: readonly OutgoingMessage[]): Promise<void> {
    for (const request of inRequests(messages)) {
      if (closed) throw new KafkaError('closed', 'the producer is closed');
      const topicMessages = byTopic(request);
      const tell = (outcome: 'produced' | 'failed') => {
        for (const { topic, messages: sent } of topicMessages) observe?.(topic, sent.length, outcome);
      };
      try {
        current ??= connect();
        const producer = await current;
        await producer.sendBatch({ acks: -1, topicMessages });
      } catch (error) {
        await abandon();
        tell('failed');
        const failure = kafkaError(error);
        logger.debug('messages could not be sent', { error: failure.message, code: failure.code });
        throw failure;
      }
      tell('produced');
    }
  }

  return {
    send(messages) {
      const sending = tail.then(() => sendAll(messages));
      tail = sending.catch(() => undefined);
      return sending;
    },
    async close() {
      closed = true;
      await tail;
      await abandon();
    },
  };
}

/** Cuts messages into requests that a broker takes with its default limits. */
export function* inRequests(messages: readonly OutgoingMessage[]): Generator<OutgoingMessage[]> {
  let request: OutgoingMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    if (request.length > 0 && (request.length >= MAX_REQUEST_MESSAGES || bytes + size > MAX_REQUEST_BYTES)) {
      yield request;
      request = [];
      bytes = 0;
    }
    request.push(message);
    bytes += size;
  }
  if (request.length > 0) yield request;
}

function sizeOf({ key, value, headers = [] }: OutgoingMessage): number {
  const parts = [key, value, ...headers.flat()];
  return parts.reduce((sum, part) => sum + (part === null ? 0 : Buffer.byteLength(part)), BYTES_PER_MESSAGE);
}

function byTopic(messages: readonly OutgoingMessage[]): { topic: string; messages: Message[] }[] {
  const topics = new Map<string, Message[]>();
  for (const { topic, key, value, headers } of messages) {
    const message: Message = {
      key: key === null ? null : bytes(key),
      value: value === null ? null : bytes(value),
      ...(headers === undefined ? {} : { headers: headersOf(headers) }),
    };
    const others = topics.get(topic);
    if (others) others.push(message);
    else topics.set(topic, [message]);
  }
  return [...topics].map(([topic, sent]) => ({ topic, messages: sent }));
}

function bytes(part: Bytes): Buffer {
  return typeof part === 'string' ? Buffer.from(part) : Buffer.from(part);
}

function headersOf(headers: readonly (readonly [string, Bytes])[]): IHeaders {
  const collected: Record<string, Buffer | Buffer[]> = {};
  for (const [name, value] of headers) {
    const before = collected[name];
    const next = bytes(value);
    collected[name] = before === undefined ? next : [...(Array.isArray(before) ? before : [before]), next];
  }
  return collected;
}
