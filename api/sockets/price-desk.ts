/** Who wants which prices, and everything that happens between them and the prices. */
import type { Snapshot } from '../../projections/market/model.ts';
import type { SnapshotReads } from '../../projections/market/snapshots.ts';
import type { Client } from './client.ts';
import { createFirstPrices } from './first-prices.ts';
import type { Wish } from './first-prices.ts';
import { textFrame } from './frame.ts';
import { ALL, outbound } from './messages.ts';
import { joined } from './outbox.ts';
import { createTopic } from './topic.ts';
import type { Topic } from './topic.ts';

export interface PriceDesk {
  /** Symbols are canonical, or `*`. Every one of them is answered with its current price, if there is one. */
  subscribe(client: Client, symbols: readonly string[]): void;
  unsubscribe(client: Client, symbols: readonly string[]): void;
  publish(snapshots: readonly Snapshot[]): Sent;
  /** Those who get what concerns a symbol. */
  interested(symbol: string): Iterable<Client>;
  leave(client: Client): void;
  close(): void;
}

export interface Sent {
  readonly messages: number;
  /** Left out because a newer one of the symbol follows. */
  readonly conflated: number;
}

export interface PriceDeskOptions {
  readonly reads: Pick<SnapshotReads, 'all' | 'many'>;
  readonly now: () => number;
  /** How much is written to a client at once. */
  readonly writeBytes: number;
  readonly onReadFailure: (error: unknown) => void;
}

interface Update {
  readonly topic: Topic<Client>;
  readonly snapshot: Snapshot;
  readonly frame: Buffer;
}

export function createPriceDesk(options: PriceDeskOptions): PriceDesk {
  const { reads, now, writeBytes, onReadFailure } = options;
  const topics = new Map<string, Topic<Client>>();
  const everything = new Set<Client>();
  /** Of those who want everything, who was given what there was. */
  const served = new Set<Client>();
  let sequence = 0;
  let messages = 0;
  let conflated = 0;

  const first = createFirstPrices<Client>({
    reads,
    found: introduce,
    failed(clients, error) {
      onReadFailure(error);
      for (const client of clients) client.complain('current prices cannot be read just now');
    },
  });

  function topicOf(symbol: string): Topic<Client> {
    let topic = topics.get(symbol);
    if (!topic) topics.set(symbol, (topic = createTopic(symbol, everything, now)));
    return topic;
  }

  function introduce(wishes: ReadonlyMap<Client, Wish>, snapshots: readonly Snapshot[]): void {
    const others = served.size > 0;
    for (const snapshot of snapshots) topicOf(snapshot.symbol).learn(snapshot, others);
    let known: Topic<Client>[] | undefined;
    for (const [client, wish] of wishes) {
      if (!client.open()) continue;
      if (wish.all && everything.has(client)) {
        known ??= snapshots.map(({ symbol }) => topicOf(symbol));
        served.add(client);
        client.outbox.begin(known, wish.since);
      }
      const wanted = [...wish.symbols].flatMap((symbol) => topics.get(symbol) ?? []);
      // What was looked for and not found, is to be sent from the very first price on.
      for (const topic of wanted) if (!topic.known()) topic.learn(undefined, others);
      client.outbox.begin(wanted, wish.since);
    }
  }

  function drop(client: Client, symbol: string): void {
    const topic = topics.get(symbol);
    if (!topic) return;
    topic.leave(client);
    if (topic.subscribers.size === 0 && !topic.known()) topics.delete(symbol);
  }

  function leaveEverything(client: Client): void {
    if (!everything.delete(client)) return;
    served.delete(client);
    for (const topic of topics.values())
      if (topic.anyAhead() && !topic.subscribers.has(client)) topic.leave(client);
  }

  /** @param alone nothing else is published with it: it is written at once */
  function deliver(client: Client, update: Update, alone: boolean): void {
    const { topic, snapshot, frame } = update;
    if (topic.anyAhead() && topic.hasAlready(client, snapshot)) return;
    if (!client.outbox.clear()) {
      if (client.open() && client.outbox.owe(topic, frame.length)) conflated++;
    } else if (alone) {
      if (!client.open()) return;
      client.write(frame);
      messages++;
    } else {
      client.batch.push(frame);
      client.batchBytes += frame.length;
      if (client.batchBytes >= writeBytes) flush(client);
    }
  }

  function flush(client: Client): void {
    if (client.batch.length === 0) return;
    if (client.open()) {
      client.write(joined(client.batch));
      messages += client.batch.length;
    }
    client.batch.length = 0;
    client.batchBytes = 0;
  }

  /** The same bytes to everybody who wants everything. */
  function deliverToAll(updates: readonly Update[]): void {
    let begin = 0;
    while (begin < updates.length) {
      let end = begin;
      for (let bytes = 0; end < updates.length && bytes < writeBytes; end++)
        bytes += updates[end]!.frame.length;
      const part = updates.slice(begin, end);
      const frames = joined(part.map(({ frame }) => frame));
      const ahead = part.some(({ topic }) => topic.anyAhead());
      for (const client of everything) {
        if (!ahead && client.outbox.clear() && client.open()) {
          client.write(frames);
          messages += part.length;
        } else {
          for (const update of part) deliver(client, update, false);
          flush(client);
        }
      }
      begin = end;
    }
  }

  return {
    subscribe(client, symbols) {
      const named = symbols.filter((symbol) => symbol !== ALL);
      for (const symbol of named) {
        client.symbols.add(symbol);
        topicOf(symbol).subscribers.add(client);
      }
      if (named.length > 0) first.want(client, named, sequence);
      if (!symbols.includes(ALL)) return;
      client.symbols.add(ALL);
      everything.add(client);
      first.want(client, undefined, sequence);
    },
    unsubscribe(client, symbols) {
      for (const symbol of symbols) {
        client.symbols.delete(symbol);
        if (symbol === ALL) leaveEverything(client);
        else drop(client, symbol);
      }
    },
    publish(snapshots) {
      messages = 0;
      conflated = 0;
      const forAll: Update[] = [];
      const touched = new Set<Client>();
      const alone = snapshots.length === 1;
      for (const snapshot of snapshots) {
        const topic = topicOf(snapshot.symbol);
        if (!topic.publish(snapshot, ++sequence)) continue;
        if (topic.subscribers.size === 0 && everything.size === 0) continue;
        const update = { topic, snapshot, frame: textFrame(outbound.price(snapshot, now())) };
        if (everything.size > 0) forAll.push(update);
        for (const client of topic.subscribers) {
          if (everything.size > 0 && everything.has(client)) continue;
          deliver(client, update, alone);
          if (client.batch.length > 0) touched.add(client);
        }
      }
      for (const client of touched) flush(client);
      deliverToAll(forAll);
      return { messages, conflated };
    },
    *interested(symbol) {
      yield* everything;
      for (const client of topics.get(symbol)?.subscribers ?? []) if (!everything.has(client)) yield client;
    },
    leave(client) {
      first.leave(client);
      leaveEverything(client);
      for (const symbol of client.symbols) drop(client, symbol);
    },
    close: () => first.close(),
  };
}
