/**
 * Takes batches of messages into the log. A batch is decided on a buffered log, then its appends, its
 * dead letters and the new offset are committed in one transaction: all of it or nothing, exactly once.
 */
import type { Batch, BatchResult, DeadLetter, HandleBatch } from '../../domain/messages.ts';
import { decideInTurn, decideTogether } from './commands.ts';
import { deadLetter } from './dead-letter.ts';
import type { Decide, DecidingDependencies } from './deciding.ts';
import type { CommitOutcome, IngestStore } from './ports.ts';
import { createStreamCache } from './stream-cache.ts';
import type { IngestKind } from './topics.ts';
import { decideTransactions } from './transactions.ts';

export interface IngestDependencies extends Omit<DecidingDependencies, 'cache'> {
  readonly store: IngestStore;
  /** Told of the events of each commit, so that those who wait for news need not poll for them. */
  readonly onAppended?: (events: number) => void;
}

export type Ingest = Readonly<Record<IngestKind, HandleBatch>>;

/** Others kept changing what a batch is about; the batch is to be given again. */
export class IngestBusyError extends Error {
  readonly code = 'busy';

  constructor() {
    super('others keep changing what the batch is about');
    this.name = 'IngestBusyError';
  }
}

/** Each race lost is one that somebody else won. */
const MAX_ATTEMPTS = 10;

const DECIDE: Readonly<Record<IngestKind, Decide>> = {
  transactions: decideTransactions,
  portfolios: decideInTurn('portfolios'),
  securities: decideInTurn('securities'),
  prices: decideTogether('prices'),
  'fx-rates': decideTogether('fx-rates'),
  'business-dates': decideInTurn('business-dates'),
};

/** One handler for each kind of message; they may be used side by side. */
export function createIngest(given: IngestDependencies): Ingest {
  const dependencies: IngestDependencies & DecidingDependencies = {
    ...given,
    cache: createStreamCache(given.reads),
  };
  const handlerOf =
    (kind: IngestKind): HandleBatch =>
    (batch) =>
      takeIn(dependencies, DECIDE[kind], batch);
  return {
    transactions: handlerOf('transactions'),
    portfolios: handlerOf('portfolios'),
    securities: handlerOf('securities'),
    prices: handlerOf('prices'),
    'fx-rates': handlerOf('fx-rates'),
    'business-dates': handlerOf('business-dates'),
  };
}

type Taken = BatchResult | Extract<CommitOutcome, { status: 'refused' }>;

async function attempt(
  dependencies: IngestDependencies & DecidingDependencies,
  decide: Decide,
  batch: Batch,
): Promise<Taken> {
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
    const { log, counts, deadLetters } = await decide(dependencies, batch);
    const requests = log.requests();
    const outcome = await dependencies.store.commit({ batch, requests, deadLetters });
    switch (outcome.status) {
      case 'committed':
        dependencies.onAppended?.(requests.reduce((sum, { events }) => sum + events.length, 0));
        return { status: 'committed', counts, deadLetters };
      case 'raced':
        continue;
      case 'fenced':
      case 'refused':
        return outcome;
      default: {
        const never: never = outcome;
        return never;
      }
    }
  }
  throw new IngestBusyError();
}

async function takeIn(
  dependencies: IngestDependencies & DecidingDependencies,
  decide: Decide,
  batch: Batch,
): Promise<BatchResult> {
  const taken = await attempt(dependencies, decide, batch);
  return taken.status === 'refused' ? oneByOne(dependencies, decide, batch) : taken;
}

/** Something in the batch is not taken by the database. Its neighbours must not suffer for it. */
async function oneByOne(
  dependencies: IngestDependencies & DecidingDependencies,
  decide: Decide,
  batch: Batch,
): Promise<BatchResult> {
  const counts = { accepted: 0, duplicate: 0, ignored: 0, fenced: 0 };
  const deadLetters: DeadLetter[] = [];
  let { expected } = batch;
  for (const [i, message] of batch.messages.entries()) {
    const next = batch.messages[i + 1]?.offset ?? batch.next;
    const single = { ...batch, expected, next, messages: [message] };
    const taken = await attempt(dependencies, decide, single);
    const result = taken.status === 'refused' ? await bury(dependencies, single, taken.reason) : taken;
    if (result.status === 'fenced') return result;
    expected = next;
    for (const name of ['accepted', 'duplicate', 'ignored', 'fenced'] as const)
      counts[name] += result.counts[name];
    deadLetters.push(...result.deadLetters);
  }
  return { status: 'committed', counts, deadLetters };
}

async function bury({ store }: IngestDependencies, batch: Batch, reason: string): Promise<BatchResult> {
  const deadLetters = batch.messages.map((message) => deadLetter(message, 'refused', reason));
  const outcome = await store.commit({ batch, requests: [], deadLetters });
  if (outcome.status === 'committed')
    return { status: 'committed', counts: { accepted: 0, duplicate: 0, ignored: 0, fenced: 0 }, deadLetters };
  if (outcome.status === 'fenced') return outcome;
  throw new Error(
    `the dead letter itself was refused: ${outcome.status === 'refused' ? outcome.reason : 'raced'}`,
  );
}
