/** Decide on what a stream holds, append what follows, and start over when somebody was faster. */
import type { DomainEvent } from '../../domain/events.ts';
import type { Instant } from '../../domain/dates.ts';
import type { AppendOutcome, EventLog, EventMetadata, NewEvent, StoredEvent } from '../../domain/log.ts';
import type { Decision } from '../deciders/decision.ts';
import { refuse } from '../deciders/decision.ts';
import { conflictingTransaction } from '../deciders/transactions.ts';
import { transactionOfKey } from './ownership.ts';
import type { Outcome } from './results.ts';
import type { CommandContext, CommandDependencies } from './types.ts';

/** Each lost race means that somebody else won one, so this is reached only by a pathological crowd. */
export const MAX_ATTEMPTS = 25;

export const BUSY = refuse('busy', {
  field: '',
  rule: 'busy',
  message: 'others keep changing the same thing; try again',
});

/** The metadata of the events a request leads to. */
export function metadataOf(context: CommandContext): EventMetadata {
  const { source, correlation_id, causation_id, actor, kafka } = context;
  return {
    source,
    ...(correlation_id === undefined ? {} : { correlation_id }),
    ...(causation_id === undefined ? {} : { causation_id }),
    ...(actor === undefined ? {} : { actor }),
    ...(kafka === undefined ? {} : { kafka }),
  };
}

function atStartOf(date: string): Instant {
  return `${date}T00:00:00.000000Z`;
}

/** When the fact holds from in the world; `now` where it only begins with being known. */
export function effectiveAt(event: DomainEvent, now: Instant, transactionDate?: Instant): Instant {
  switch (event.type) {
    case 'PortfolioOpened':
      return event.data.open_date === undefined ? now : atStartOf(event.data.open_date);
    case 'PortfolioClosed':
    case 'SplitAnnounced':
    case 'BusinessDateAdvanced':
      return atStartOf(event.data.date);
    case 'TransactionRecorded':
      return event.data.transaction_date;
    case 'TransactionCorrected':
      return event.data.changes.transaction_date ?? transactionDate ?? now;
    case 'TransactionCancelled':
      return transactionDate ?? now;
    case 'PricesRecorded':
      return lastDate(event.data.prices, now);
    case 'FxRatesRecorded':
      return lastDate(event.data.rates, now);
    case 'PortfolioSettingsChanged':
    case 'SecurityRegistered':
    case 'SecurityDetailsChanged':
    case 'GroupDefined':
    case 'GroupRemoved':
    case 'BenchmarkDefined':
    case 'BenchmarkRemoved':
    case 'SeriesDefined':
    case 'AccessKeyIssued':
    case 'AccessKeyRevoked':
    case 'OperationOrdered':
    case 'AccessRefused':
      return now;
    case 'SeriesRecorded':
      return lastDate(event.data.values, now);
    default: {
      const never: never = event;
      return never;
    }
  }
}

function lastDate(values: readonly (readonly [string, string])[], now: Instant): Instant {
  const last = values.at(-1);
  return last ? atStartOf(last[0]) : now;
}

/** Puts an event in the form the log takes. */
export function toAppend(
  event: DomainEvent,
  metadata: EventMetadata,
  now: Instant,
  transactionDate?: Instant,
): NewEvent {
  return { ...event, effectiveAt: effectiveAt(event, now, transactionDate), metadata };
}

/** The log's key for one item of a request that came with an `Idempotency-Key`. */
export function requestKey(context: CommandContext, index: number) {
  if (!context.idempotency) return undefined;
  const { key, fingerprint } = context.idempotency;
  // Keys of one caller are nothing to another. Neither holds a blank, so no two of them read alike.
  const scope = context.actor === undefined ? 'http:' : `http@${context.actor} `;
  return { key: index === 0 ? `${scope}${key}` : `${scope}${key}#${index}`, fingerprint };
}

export const KEY_REUSED = refuse('conflict', {
  field: '',
  rule: 'idempotency_key',
  message: 'the Idempotency-Key was used before for another request',
});

/** What a repeat of a request finds where its item went the first time; `undefined` for a first time. */
export async function alreadyDone(
  log: Pick<EventLog, 'findKey'>,
  context: CommandContext,
  index: number,
): Promise<Outcome | undefined> {
  const idempotency = requestKey(context, index);
  const found = idempotency && (await log.findKey(idempotency.key));
  if (!found) return undefined;
  if (found.fingerprint !== idempotency.fingerprint) return KEY_REUSED;
  return { ok: true, appended: false, position: found.firstPosition };
}

/** What the log's answer means for the caller; `retry` when a decision has to be made anew. */
export function outcomeOf(appended: AppendOutcome): Outcome | 'retry' {
  switch (appended.status) {
    case 'appended':
      return { ok: true, appended: true, position: appended.lastPosition };
    case 'duplicate':
      return { ok: true, appended: false, position: appended.firstPosition };
    case 'version_conflict':
      return 'retry';
    case 'key_conflict': {
      const transactionId = transactionOfKey(appended.key);
      return transactionId === undefined ? KEY_REUSED : conflictingTransaction(transactionId);
    }
    default: {
      const never: never = appended;
      return never;
    }
  }
}

/** Loads a stream, decides on its events, and appends to exactly that version of it. */
export async function decideOnStream(
  { log, clock }: Pick<CommandDependencies, 'log' | 'clock'>,
  streamId: string,
  decide: (events: readonly StoredEvent[]) => Decision,
  context: CommandContext,
  index = 0,
): Promise<Outcome> {
  const idempotency = requestKey(context, index);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const events = await log.readStream(streamId);
    const decision = decide(events);
    if (!decision.ok) return decision;
    const last = events.at(-1);
    if (decision.events.length === 0)
      return { ok: true, appended: false, ...(last ? { position: last.position } : {}) };
    const metadata = metadataOf(context);
    const outcome = outcomeOf(
      await log.append({
        streamId,
        expected: last?.version ?? 'none',
        events: decision.events.map((event) => toAppend(event, metadata, clock())),
        ...(idempotency ? { idempotency } : {}),
      }),
    );
    if (outcome !== 'retry') return outcome;
  }
  return BUSY;
}
