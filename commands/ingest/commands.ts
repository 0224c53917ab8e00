/**
 * Messages whose body is that of an HTTP command: one object, or an array of them. The good items of an
 * array are applied even when others are not; the message is then a dead letter that names those.
 * Retrying it is safe, since an item that is known already is nothing new.
 */
import { streams } from '../../domain/events.ts';
import type { Batch, Message } from '../../domain/messages.ts';
import { createCommandHandler } from '../handler/handler.ts';
import type { CommandHandler } from '../handler/handler.ts';
import { rawItems } from '../handler/types.ts';
import type { ItemResult } from '../handler/types.ts';
import type { CommandName } from '../schemas/commands.ts';
import { createBufferedLog } from './buffered-log.ts';
import type { BufferedLog } from './buffered-log.ts';
import { deadLetter, reasonOf } from './dead-letter.ts';
import type { DeadLetterCode } from './dead-letter.ts';
import { alone, commandDependencies, contextOf, createTally, isFault } from './deciding.ts';
import type { Decide, Decided, DecidingDependencies, Verdict } from './deciding.ts';
import { decode } from './decode.ts';
import type { IngestKind } from './topics.ts';

export type CommandKind = Exclude<IngestKind, 'transactions'>;

interface Body {
  readonly message: Message;
  readonly items: readonly unknown[];
  readonly single: boolean;
}

type Read = Body | { readonly failure: Extract<Verdict, { failure: unknown }>['failure'] };

function read(message: Message, maxBytes: number): Read {
  const decoded = decode(message, maxBytes);
  if ('failure' in decoded) return decoded;
  if (!Array.isArray(decoded.value)) return { message, items: [decoded.value], single: true };
  const items: readonly unknown[] = decoded.value;
  if (items.length === 0)
    return { failure: deadLetter(message, 'invalid', 'the array is empty (not_empty)') };
  return { message, items, single: false };
}

/** The streams an item will be decided on, as far as it can be told from what it says. */
function streamsOf(kind: CommandKind, item: unknown): string[] {
  const text = (field: string): string => {
    const value: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, field) : undefined;
    return typeof value === 'string' ? value : '';
  };
  switch (kind) {
    case 'portfolios':
      return [streams.portfolio(text('portfolio_id'))];
    case 'securities':
      return [streams.security(text('security_id'))];
    case 'prices':
      return [streams.security(text('security_id')), streams.prices(text('security_id'))];
    case 'fx-rates':
      return [streams.fx(text('from_currency'), text('to_currency'))];
    case 'business-dates':
      return [streams.calendar];
    default: {
      const never: never = kind;
      return never;
    }
  }
}

async function prefetch(
  { cache, log }: DecidingDependencies,
  kind: CommandKind,
  reads: readonly Read[],
): Promise<BufferedLog> {
  const streamIds = new Set<string>();
  for (const each of reads)
    if ('items' in each)
      for (const item of each.items) for (const id of streamsOf(kind, item)) streamIds.add(id);
  return createBufferedLog({ log, streams: await cache.load(streamIds), keys: new Map() });
}

/** One verdict on a message from the results of its items. */
function verdictOf({ message, single }: Body, results: readonly ItemResult[]): Verdict {
  const rejected = results.flatMap(({ error }, item) => (error ? [{ item, error }] : []));
  const [first] = rejected;
  if (!first)
    return { count: results.some(({ status }) => status !== 'duplicate') ? 'accepted' : 'duplicate' };
  const code: DeadLetterCode = first.error.code;
  const reason = rejected
    .map(({ item, error }) => reasonOf(error.errors, single ? undefined : item))
    .join('; ');
  return { failure: deadLetter(message, code, reason) };
}

/** Commands judged message by message, each seeing the ones before it. */
export function decideInTurn(kind: CommandKind): Decide {
  return async (dependencies, batch): Promise<Decided> => {
    const reads = batch.messages.map((message) => read(message, dependencies.maxMessageBytes));
    const log = await prefetch(dependencies, kind, reads);
    const handler = createCommandHandler(commandDependencies(dependencies, log));
    const tally = createTally();
    for (const [i, message] of batch.messages.entries())
      tally.note(await judgeOne(handler, log, kind, batch, message, reads[i]!));
    return { log, counts: tally.counts, deadLetters: tally.deadLetters };
  };
}

/** What it was refused for must not take the good items of its message with it, so nothing is rolled back. */
async function judgeOne(
  handler: CommandHandler,
  log: BufferedLog,
  kind: CommandName,
  batch: Batch,
  message: Message,
  body: Read,
): Promise<Verdict> {
  if ('failure' in body) return body;
  let refused: Verdict | undefined;
  const verdict = await alone(
    log,
    message,
    async () => {
      const { results } = await handler.run(kind, rawItems(body.items), contextOf(batch, message));
      const judged = verdictOf(body, results);
      if (!('failure' in judged)) return judged;
      refused = judged;
      return { count: 'accepted' };
    },
    () => undefined,
  );
  return refused ?? verdict;
}

/**
 * Closing prices and rates of the whole batch at once, so that many values of one security or pair make
 * one event. Its coordinates are those of the batch's last message.
 */
export function decideTogether(kind: 'prices' | 'fx-rates'): Decide {
  return async (dependencies, batch): Promise<Decided> => {
    const reads = batch.messages.map((message) => read(message, dependencies.maxMessageBytes));
    const log = await prefetch(dependencies, kind, reads);
    const handler = createCommandHandler(commandDependencies(dependencies, log));
    const items = reads.flatMap((each) => ('items' in each ? each.items : []));
    const last = batch.messages.at(-1);
    if (items.length > 0 && last) {
      let results: readonly ItemResult[];
      try {
        ({ results } = await handler.run(kind, rawItems(items), contextOf(batch, last)));
      } catch (error) {
        if (!isFault(error)) throw error;
        // One of them is to blame: each for itself.
        return decideInTurn(kind)(dependencies, batch);
      }
      return { log, ...tallied(reads, results) };
    }
    return { log, ...tallied(reads, []) };
  };
}

function tallied(reads: readonly Read[], results: readonly ItemResult[]): Omit<Decided, 'log'> {
  const tally = createTally();
  let taken = 0;
  for (const each of reads)
    tally.note(
      'failure' in each ? each : verdictOf(each, results.slice(taken, (taken += each.items.length))),
    );
  return { counts: tally.counts, deadLetters: tally.deadLetters };
}
