/**
 * What a caller of some portfolios may touch. Whatever lies in others is for it as if it were not there: the
 * answers, and the questions to the log on the way to them, are those for what there is not.
 */
import type { TransactionFields } from '../../domain/events.ts';
import type { EventLog } from '../../domain/log.ts';
import { unknownPortfolio } from '../deciders/portfolio.ts';
import type { Refusal } from '../deciders/decision.ts';
import type { CommandName } from '../schemas/commands.ts';
import type { CommandContext } from './types.ts';

type Keys = Pick<EventLog, 'findKey' | 'readAt'>;
type Caller = Pick<CommandContext, 'portfolios'>;

/** Commands on the one portfolio they name; those on a transaction are judged by where that is. */
const ON_A_PORTFOLIO: ReadonlySet<CommandName> = new Set([
  'portfolios',
  'portfolio-closures',
  'transactions',
]);

export function isForeign({ portfolios }: Caller, portfolioId: string): boolean {
  return portfolios !== undefined && !portfolios.has(portfolioId);
}

/** The refusal of a command on a portfolio that the caller may not know of; asks nothing of the log. */
export function refusalOf(caller: Caller, name: CommandName, command: object): Refusal | undefined {
  if (caller.portfolios === undefined || !ON_A_PORTFOLIO.has(name)) return undefined;
  const portfolioId: unknown = Reflect.get(command, 'portfolio_id');
  return typeof portfolioId === 'string' && isForeign(caller, portfolioId)
    ? unknownPortfolio(portfolioId)
    : undefined;
}

const SHARED = 'transaction:';
/** Identifiers have no blanks. */
const WITHIN = 'portfolio-transaction:';

/** The log's key of a transaction: ids are shared by all portfolios. */
export function sharedKey(transactionId: string): string {
  return `${SHARED}${transactionId}`;
}

/** The key of one whose id was taken in a portfolio that its caller may not know of. */
function keyWithin(portfolioId: string, transactionId: string): string {
  return `${WITHIN}${portfolioId} ${transactionId}`;
}

/** The transaction that a key of the log is of; `undefined` for keys of other things. */
export function transactionOfKey(key: string): string | undefined {
  if (key.startsWith(SHARED)) return key.slice(SHARED.length);
  return key.startsWith(WITHIN) ? key.slice(key.indexOf(' ') + 1) : undefined;
}

/**
 * For whoever may not know of all always one question after the other, so that nothing can be learnt from how
 * long it takes.
 */
async function underSharedKey(
  log: Keys,
  { portfolios }: Caller,
  transactionId: string,
): Promise<TransactionFields | undefined> {
  const found = await log.findKey(sharedKey(transactionId));
  if (!found && portfolios === undefined) return undefined;
  const event = await log.readAt(found?.firstPosition ?? 1);
  return found && event?.type === 'TransactionRecorded' ? event.data : undefined;
}

/**
 * The key under which a transaction is recorded. An id that was taken in a portfolio the caller may not know
 * of is free for it: there its transactions have ids of their own.
 */
export async function keyToRecord(
  log: Keys,
  caller: Caller,
  { transaction_id: id, portfolio_id: portfolioId }: TransactionFields,
): Promise<string> {
  if (caller.portfolios === undefined) return sharedKey(id);
  const taken = await underSharedKey(log, caller, id);
  return taken && isForeign(caller, taken.portfolio_id) ? keyWithin(portfolioId, id) : sharedKey(id);
}

const AT_ONCE = 8;

/**
 * The transaction as first recorded, where the caller may know of it.
 * @param portfolioId where it is, if the caller says so
 */
export async function findRecorded(
  log: Keys,
  caller: Caller,
  transactionId: string,
  portfolioId?: string,
): Promise<TransactionFields | undefined> {
  const shared = await underSharedKey(log, caller, transactionId);
  const { portfolios } = caller;
  const elsewhere = shared && portfolioId !== undefined && shared.portfolio_id !== portfolioId;
  if (shared && !isForeign(caller, shared.portfolio_id) && !elsewhere) return shared;
  const within = portfolioId === undefined ? [...(portfolios ?? [])] : [portfolioId];
  const own = within.filter((id) => !isForeign(caller, id));
  const found = await recordedWithin(log, own, transactionId);
  return found ?? (elsewhere && !isForeign(caller, shared.portfolio_id) ? shared : undefined);
}

async function recordedWithin(
  log: Keys,
  portfolioIds: readonly string[],
  transactionId: string,
): Promise<TransactionFields | undefined> {
  for (let start = 0; start < portfolioIds.length; start += AT_ONCE) {
    const some = portfolioIds.slice(start, start + AT_ONCE);
    const keys = await Promise.all(some.map((id) => log.findKey(keyWithin(id, transactionId))));
    const found = keys.find((key) => key !== undefined);
    const event = found && (await log.readAt(found.firstPosition));
    if (event?.type === 'TransactionRecorded') return event.data;
  }
  return undefined;
}
