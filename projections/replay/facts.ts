/** The whole log resolved in memory: what a replay folds. */
import { day as dayOf } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import type { EventLog } from '../../domain/log.ts';
import type { MarketRows } from '../fold/store.ts';
import { emptyKnown } from '../register/drive.ts';
import type { Known, RegisterChanges, Rejected, TransactionRecord } from '../register/model.ts';
import { createRegister } from '../register/register.ts';

/** Memory grows with the facts, never with the days that are made of them. */
export interface Facts {
  readonly position: number;
  readonly known: Known;
  readonly keys: readonly (readonly [portfolioNo: number, securityNo: number])[];
  readonly market: MarketRows;
  readonly businessDays: readonly Day[];
  /** The latest business date. */
  readonly horizon: Day | null;
  readonly rejected: readonly Rejected[];
  /** Transactions that are not cancelled, by portfolio. */
  transactionsOf(portfolioNo: number): readonly TransactionRecord[];
}

const PAGE = 2_000;

/** Reads the log up to a position, later facts over earlier ones. */
export async function collectFacts(
  log: EventLog,
  upTo: number,
  onProgress?: (done: number, total: number) => void,
): Promise<Facts> {
  const known = emptyKnown();
  const register = createRegister(known);
  const keys = new Map<string, readonly [number, number]>();
  const prices = new Map<number, Map<Day, string>>();
  const fx = new Map<string, { from: string; to: string; rates: Map<Day, string> }>();
  const splits = new Map<string, RegisterChanges['splits'][number]>();
  const businessDays = new Set<Day>();
  const rejected: Rejected[] = [];
  let position = 0;
  while (position < upTo) {
    const events = await log.readFeed(position, PAGE, { upTo });
    const last = events.at(-1);
    if (!last) break;
    for (const event of events) register.apply(event);
    const changes = register.drain();
    for (const key of changes.keys) keys.set(key.join('/'), key);
    for (const { securityNo, day, price } of changes.prices) {
      const series = prices.get(securityNo) ?? new Map<Day, string>();
      prices.set(securityNo, series.set(day, price));
    }
    for (const { from, to, day, rate } of changes.fxRates) {
      const pair = fx.get(`${from}/${to}`) ?? { from, to, rates: new Map<Day, string>() };
      pair.rates.set(day, rate);
      fx.set(`${from}/${to}`, pair);
    }
    for (const split of changes.splits) splits.set(`${split.securityNo}/${split.date}`, split);
    for (const date of changes.businessDays) businessDays.add(date);
    rejected.push(...changes.rejected);
    position = last.position;
    onProgress?.(position, upTo);
  }
  return {
    position,
    known,
    keys: [...keys.values()],
    market: marketRows(prices, fx, [...splits.values()]),
    businessDays: [...businessDays],
    horizon: businessDays.size === 0 ? null : Math.max(...businessDays),
    rejected,
    transactionsOf: byPortfolio(known),
  };
}

function marketRows(
  prices: ReadonlyMap<number, ReadonlyMap<Day, string>>,
  fx: ReadonlyMap<string, { from: string; to: string; rates: ReadonlyMap<Day, string> }>,
  splits: RegisterChanges['splits'],
): MarketRows {
  const ascending = (series: ReadonlyMap<Day, string>) => [...series].sort(([a], [b]) => a - b);
  return {
    prices: [...prices].flatMap(([securityNo, series]) =>
      ascending(series).map(([day, price]) => ({ securityNo, day, price })),
    ),
    fxRates: [...fx.values()].flatMap(({ from, to, rates }) =>
      ascending(rates).map(([day, rate]) => ({ from, to, day, rate })),
    ),
    splits: splits.map(({ securityNo, date, ratio, pricesAdjusted }) => ({
      securityNo,
      day: dayOf(date),
      ratio,
      pricesAdjusted,
    })),
  };
}

function byPortfolio(known: Known): Facts['transactionsOf'] {
  const found = new Map<number, TransactionRecord[]>();
  for (const record of known.transactions.values()) {
    if (record.cancelled) continue;
    const list = found.get(record.portfolioNo);
    if (list) list.push(record);
    else found.set(record.portfolioNo, [record]);
  }
  return (portfolioNo) => found.get(portfolioNo) ?? [];
}
