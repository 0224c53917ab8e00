/** Messages of `processed_transactions_completed`: new facts, replays, and what is neither. */
import { streams } from '../../domain/events.ts';
import type { Batch, Message } from '../../domain/messages.ts';
import { recordTransaction } from '../handler/record.ts';
import type { Request } from '../handler/request.ts';
import type { Outcome } from '../handler/results.ts';
import type { RecordTransaction } from '../schemas/transaction.ts';
import { parseTransaction } from '../schemas/transaction.ts';
import { createBufferedLog } from './buffered-log.ts';
import type { BufferedLog } from './buffered-log.ts';
import { deadLetter, reasonOf } from './dead-letter.ts';
import { alone, createRequests, createTally } from './deciding.ts';
import type { Decide, Decided, DecidingDependencies, Verdict } from './deciding.ts';
import { decode } from './decode.ts';
import { isReplay } from './headers.ts';
import { judgeReplay } from './replays.ts';

/** What a message turned out to be when it was read. */
type Read =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'fact'; readonly command: RecordTransaction }
  | { readonly kind: 'replay'; readonly command: RecordTransaction; readonly epoch: number };

function read(message: Message, maxBytes: number): Read {
  const decoded = decode(message, maxBytes);
  if ('failure' in decoded) return { kind: 'verdict', verdict: decoded };
  const epoch = epochOf(decoded.value);
  // What we published ourselves is known by its header and not looked into any further.
  if (epoch > 0 && isReplay(message)) return { kind: 'verdict', verdict: { count: 'ignored' } };
  const parsed = parseTransaction(epoch > 0 ? withoutEpoch(decoded.value) : decoded.value);
  if (!parsed.ok) {
    const failure = deadLetter(message, 'invalid', reasonOf(parsed.errors));
    return { kind: 'verdict', verdict: { failure } };
  }
  const command = parsed.value;
  return epoch > 0 ? { kind: 'replay', command, epoch } : { kind: 'fact', command };
}

/** The epoch of a replay; 0 for a new fact, and for an epoch that is none, which the schema refuses. */
function epochOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || !('epoch' in value)) return 0;
  return typeof value.epoch === 'number' && Number.isSafeInteger(value.epoch) && value.epoch > 0
    ? value.epoch
    : 0;
}

/** The schema of a new fact refuses an epoch above 0, and replays have their own way. */
function withoutEpoch(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? { ...value, epoch: 0 } : value;
}

/** Reads everything the decisions will ask for in two questions. */
async function prefetch(dependencies: DecidingDependencies, reads: readonly Read[]): Promise<BufferedLog> {
  const streamIds = new Set<string>();
  const keys = new Set<string>();
  for (const each of reads) {
    if (each.kind === 'verdict') continue;
    const { transaction_id, portfolio_id, security_id, target_security_id: target } = each.command;
    keys.add(`transaction:${transaction_id}`);
    streamIds.add(streams.portfolio(portfolio_id));
    streamIds.add(streams.security(security_id));
    if (target !== undefined) streamIds.add(streams.security(target));
  }
  const wanted = [...keys];
  const [known, found] = await Promise.all([
    dependencies.cache.load(streamIds),
    wanted.length === 0 ? new Map<string, never>() : dependencies.reads.findKeys(wanted),
  ]);
  return createBufferedLog({
    log: dependencies.log,
    streams: known,
    keys: new Map(wanted.map((key) => [key, found.get(key)])),
  });
}

function verdictOf(message: Message, outcome: Outcome): Verdict {
  if (outcome.ok) return { count: outcome.appended ? 'accepted' : 'duplicate' };
  return { failure: deadLetter(message, outcome.code, reasonOf(outcome.errors)) };
}

async function epochsOf(
  { currentEpochs }: DecidingDependencies,
  reads: readonly Read[],
): Promise<ReadonlyMap<Read, number>> {
  const replays = reads.filter((each) => each.kind === 'replay');
  if (replays.length === 0) return new Map();
  const epochs = await currentEpochs(
    replays.map(({ command }) => ({ portfolioId: command.portfolio_id, securityId: command.security_id })),
  );
  return new Map(replays.map((replay, i) => [replay, epochs[i] ?? 0]));
}

export const decideTransactions: Decide = async (dependencies, batch: Batch): Promise<Decided> => {
  const reads = batch.messages.map((message) => read(message, dependencies.maxMessageBytes));
  const [log, epochs] = await Promise.all([prefetch(dependencies, reads), epochsOf(dependencies, reads)]);
  const requests = createRequests(dependencies, log);
  const tally = createTally();

  const judge = async (message: Message, each: Read, request: Request): Promise<Verdict> => {
    switch (each.kind) {
      case 'verdict':
        return each.verdict;
      case 'fact':
        return verdictOf(message, await recordTransaction(request, each.command));
      case 'replay':
        return judgeReplay(message, each.command, each.epoch, epochs.get(each) ?? 0, request);
      default: {
        const never: never = each;
        return never;
      }
    }
  };
  for (const [i, message] of batch.messages.entries()) {
    const work = () => judge(message, reads[i]!, requests.of(batch, message));
    tally.note(await alone(log, message, work, requests.forget));
  }
  return { log, counts: tally.counts, deadLetters: tally.deadLetters };
};
