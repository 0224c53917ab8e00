/** Ticks into the tables: one transaction for everything that a batch of them changes. */
import type { Calendar } from '../../domain/market/calendar.ts';
import type { Tick } from '../../domain/market/tick.ts';
import { numberOfUnits } from '../../domain/market/units.ts';
import type { MarketEvent, MarketEvents } from '../../projections/market/model.ts';
import { foldTicks } from '../../projections/market/tick-fold.ts';
import type { Change, FoldedTicks } from '../../projections/market/tick-fold.ts';
import type {
  FreshTick,
  TakeResult,
  TickBatch,
  TickOutcome,
  TickStore,
} from '../../projections/market/tick-store.ts';
import { DatabaseError } from '../database/errors.ts';
import type { Database, DatabaseTransaction, Queryable } from '../database/queryable.ts';
import { insertDeadLetters } from '../kafka-store/dead-letters.ts';
import { Fenced } from '../kafka-store/fenced.ts';
import { advanceOffset } from '../kafka-store/offsets.ts';
import { mergeHistorical, mergeIntraday } from './tick-bars.ts';
import { copyTicks, findRepeated, insertTicks } from './tick-rows.ts';
import type { Suspect } from './tick-rows.ts';
import { snapshotOf, updateSnapshots } from './tick-snapshots.ts';
import { holdSymbols, insertSnapshots, insertSymbols, readSymbols } from './tick-symbols.ts';
import type { HeldSymbols, TickSymbol } from './tick-symbols.ts';

/** What else happens in the transaction that takes ticks in. */
export interface TickHooks {
  /**
   * Told of the ticks that became the newest of their symbols, in order. Its events are published after
   * the commit. May run again for the same ticks when the transaction has to.
   */
  readonly priceTicks?: (tx: Queryable, fresh: readonly FreshTick[]) => Promise<readonly MarketEvent[]>;
}

export interface TickStoreOptions {
  readonly database: Database;
  /** The calendar of an exchange as stored with a symbol. */
  readonly calendarOf: (exchange: string) => Calendar;
  /** Told of accepted changes after their commit. */
  readonly events?: Pick<MarketEvents, 'publish'>;
  readonly hooks?: TickHooks;
  /** How often a transaction is run again after a deadlock and the like, 3 by default. */
  readonly maxRetries?: number;
}

const DEFAULT_RETRIES = 3;
/** From so many ticks on a `COPY` is worth its own round trips. */
const COPY_FROM = 200;
/** Symbols remembered to have their rows; all are forgotten when there are more. */
const MAX_KNOWN = 200_000;

interface Taken {
  readonly outcome: TickOutcome;
  readonly raised: readonly MarketEvent[];
}

/** Several calls may be under way at once; those with symbols in common follow one another. */
export function createTickStore(options: TickStoreOptions): TickStore {
  const { database, calendarOf, events, hooks, maxRetries = DEFAULT_RETRIES } = options;
  const known = new Set<string>();

  async function hold(
    tx: DatabaseTransaction,
    exchanges: ReadonlyMap<string, string | undefined>,
    kafka: TickBatch | undefined,
  ): Promise<HeldSymbols> {
    const symbols = [...exchanges.keys()];
    const unknown = symbols.filter((symbol) => !known.has(symbol));
    const missing = unknown.map((symbol) => ({ symbol, exchange: exchanges.get(symbol) }));
    const [mine, , , , , held] = await tx.together<[boolean, void, void, void, void, HeldSymbols]>([
      async () => kafka === undefined || advanceOffset(tx, kafka.batch),
      async () => kafka && insertDeadLetters(tx, kafka.batch, kafka.deadLetters),
      () => insertSymbols(tx, missing),
      () => insertSnapshots(tx, missing),
      () => holdSymbols(tx, symbols),
      () => readSymbols(tx, symbols, calendarOf),
    ]);
    if (!mine) throw new Fenced();
    if (held.symbols.size < symbols.length) {
      known.clear();
      throw new Error('symbols were deleted while ticks of theirs came in');
    }
    return held;
  }

  async function write(tx: DatabaseTransaction, folded: FoldedTicks<TickSymbol>, at: string): Promise<Taken> {
    const { kept, latest, verdicts } = folded;
    const count = kept.reduce((sum, { ticks }) => sum + ticks.length, 0);
    const many = count >= COPY_FROM;
    if (many) await copyTicks(tx, kept);
    const [, , intraday, historical] = await tx.together<[void, void, number, number]>([
      async () => (many ? undefined : insertTicks(tx, kept)),
      () => updateSnapshots(tx, latest, at),
      () => mergeIntraday(tx, folded.intraday),
      () => mergeHistorical(tx, folded.historical),
    ]);
    const raised =
      latest.length > 0 && hooks?.priceTicks ? await hooks.priceTicks(tx, folded.changes.map(freshOf)) : [];
    const accepted = folded.changes.length;
    const outcome: TickOutcome = {
      status: 'taken',
      accepted,
      late: count - accepted,
      repeated: verdicts.length - count,
      changes: folded.changes.map((change) => snapshotOf(change, at)),
      bars: { intraday, historical },
      verdicts,
    };
    return { outcome, raised };
  }

  async function run(tx: DatabaseTransaction, ticks: readonly Tick[], kafka?: TickBatch): Promise<Taken> {
    const { symbols, at } = await hold(tx, exchangesOf(ticks), kafka);
    const repeated = await findRepeated(tx, suspectsOf(ticks, symbols));
    const folded = foldTicks(ticks, symbols, repeated);
    return write(tx, folded, at);
  }

  function publish({ outcome, raised }: Taken): void {
    if (outcome.changes.length > 0) events?.publish({ type: 'prices', snapshots: outcome.changes });
    for (const event of raised) events?.publish(event);
  }

  return {
    async take(ticks, kafka) {
      try {
        const taken = await database.transaction((tx) => run(tx, ticks, kafka), { retries: maxRetries });
        if (known.size > MAX_KNOWN) known.clear();
        for (const { symbol } of ticks) known.add(symbol);
        publish(taken);
        return taken.outcome;
      } catch (error) {
        return resultOf(error);
      }
    },
  };
}

/** The symbols among ticks, and for each the exchange that was named first, if any was. */
function exchangesOf(ticks: readonly Tick[]): Map<string, string | undefined> {
  const exchanges = new Map<string, string | undefined>();
  for (const { symbol, exchange } of ticks)
    if (exchange === undefined ? !exchanges.has(symbol) : exchanges.get(symbol) === undefined)
      exchanges.set(symbol, exchange);
  return exchanges;
}

/** Only a tick that is not newer than all of its symbol can be there already. */
function suspectsOf(ticks: readonly Tick[], symbols: ReadonlyMap<string, TickSymbol>): Suspect[] {
  const suspects: Suspect[] = [];
  for (let index = 0; index < ticks.length; index++) {
    const tick = ticks[index]!;
    const { symbolNo, current } = symbols.get(tick.symbol)!;
    if (tick.timestamp <= current.timestamp) suspects.push({ index, symbolNo, tick });
  }
  return suspects;
}

function freshOf({ of, current }: Change<TickSymbol>): FreshTick {
  return {
    symbolNo: of.symbolNo,
    symbol: of.symbol,
    price: numberOfUnits(current.price),
    timestamp: current.timestamp,
  };
}

function resultOf(error: unknown): TakeResult {
  if (error instanceof Fenced) return { status: 'fenced' };
  const state = error instanceof DatabaseError ? error.sqlState : undefined;
  if (error instanceof Error && (state?.startsWith('22') || state?.startsWith('23')))
    return { status: 'refused', reason: error.message };
  throw error;
}
