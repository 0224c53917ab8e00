/** What the decisions on a batch share: the log as far as it is decided on, and what came of it. */
import type { Instant } from '../../domain/dates.ts';
import { EventLogError } from '../../domain/log-error.ts';
import type { EventLog } from '../../domain/log.ts';
import type { Batch, BatchCounts, DeadLetter, Message } from '../../domain/messages.ts';
import { createLinks } from '../handler/keys.ts';
import { createRequest } from '../handler/request.ts';
import type { Request } from '../handler/request.ts';
import type { CommandContext, CommandDependencies } from '../handler/types.ts';
import type { BufferedLog } from './buffered-log.ts';
import { deadLetter } from './dead-letter.ts';
import { correlationOf } from './headers.ts';
import type { CurrentEpochs, LogReads } from './ports.ts';
import type { StreamCache } from './stream-cache.ts';

/** What deciding on messages needs. */
export interface DecidingDependencies {
  readonly log: EventLog;
  readonly reads: LogReads;
  readonly cache: StreamCache;
  readonly currentEpochs: CurrentEpochs;
  readonly clock: () => Instant;
  /** The longest value that is taken, in bytes. */
  readonly maxMessageBytes: number;
}

export interface Decided {
  readonly log: BufferedLog;
  readonly counts: BatchCounts;
  readonly deadLetters: readonly DeadLetter[];
}

/** Decides on the messages of a batch. Throws only when the database fails. */
export type Decide = (dependencies: DecidingDependencies, batch: Batch) => Promise<Decided>;

export type Count = keyof BatchCounts;

/** What becomes of one message. */
export type Verdict = { readonly count: Count } | { readonly failure: DeadLetter };

/** Collects the verdicts on a batch. */
export function createTally() {
  const counts = { accepted: 0, duplicate: 0, ignored: 0, fenced: 0 };
  const deadLetters: DeadLetter[] = [];
  return {
    counts,
    deadLetters,
    note(verdict: Verdict): void {
      if ('failure' in verdict) deadLetters.push(verdict.failure);
      else counts[verdict.count] += 1;
    },
  };
}

/** The context of the events that come of a message. */
export function contextOf({ topic, partition }: Batch, message: Message): CommandContext {
  const correlation = correlationOf(message);
  return {
    source: 'kafka',
    pending: 'unchecked',
    unknownPortfolio: 'open',
    kafka: { topic, partition, offset: String(message.offset) },
    ...(correlation === undefined ? {} : { correlation_id: correlation }),
  };
}

export function commandDependencies({ clock }: DecidingDependencies, log: BufferedLog): CommandDependencies {
  // Links matter to whoever checks what can be applied; nobody can be answered here, so nothing is checked.
  return { log, clock, linkedSecurities: async () => [] };
}

/** Requests over the buffered log, each with the context of a message, sharing what was looked up. */
export function createRequests(dependencies: DecidingDependencies, log: BufferedLog) {
  const links = createLinks(async () => []);
  const make = () => createRequest(commandDependencies(dependencies, log), { source: 'kafka' }, links);
  let shared: Request = make();
  return {
    of: (batch: Batch, message: Message): Request => ({ ...shared, context: contextOf(batch, message) }),
    /** What was looked up may have been taken back. */
    forget: () => void (shared = make()),
  };
}

/** A failure of the program on what a message says, which would come again at every attempt. */
export function isFault(error: unknown): error is Error {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    (error instanceof EventLogError && error.code === 'invalid_append')
  );
}

/** Runs the work on one message. Nothing stays of a message that is not taken. */
export async function alone(
  log: BufferedLog,
  message: Message,
  work: () => Promise<Verdict>,
  forget: () => void,
): Promise<Verdict> {
  const mark = log.mark();
  let verdict: Verdict;
  try {
    verdict = await work();
  } catch (error) {
    if (!isFault(error)) throw error;
    verdict = { failure: deadLetter(message, 'internal', `${error.name}: ${error.message}`) };
  }
  if ('failure' in verdict && log.rollback(mark)) forget();
  return verdict;
}
