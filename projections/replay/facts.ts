/** The log resolved in memory: what a replay folds. */
import { day as dayOf } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import type { EventLog, StoredEvent } from '../../domain/log.ts';
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
  /** The same with those that are. */
  recordsOf(portfolioNo: number): readonly TransactionRecord[];
  /** Whether anything asked for days of the portfolio: a transaction, or a business date since its opening. */
  isTouched(portfolioNo: number): boolean;
}

export interface FactsCollector {
  /** Events in position order, each once. */
  add(events: readonly StoredEvent[]): void;
  /** What the events added come to. */
  facts(position: number): Facts;
}

const PAGE = 2_000;

/** Reads the log up to a position, later facts over earlier ones. */
export async function collectFacts(
  log: Pick<EventLog, 'readFeed'>,
  upTo: number,
  onProgress?: (done: number, total: number) => void,
): Promise<Facts> {
  const collector = createFactsCollector();
  let position = 0;
  let page = log.readFeed(position, PAGE, { upTo });
  while (position < upTo) {
    const events = await page;
    const last = events.at(-1);
    if (!last) break;
    position = last.position;
    // The next page is on its way while this one is taken in.
    page = position < upTo ? log.readFeed(position, PAGE, { upTo }) : page;
    page.catch(() => undefined);
    collector.add(events);
    onProgress?.(position, upTo);
  }
  return collector.facts(position);
}

/** Collects facts through the register, so that they are resolved as the live projection resolves them. */
export function createFactsCollector(): FactsCollector {
  const known = emptyKnown();
  const register = createRegister(known);
  const keys = new Map<string, readonly [number, number]>();
  const prices = new Map<number, Map<Day, string>>();
  const fx = new Map<string, { from: string; to: string; rates: Map<Day, string> }>();
  const splits = new Map<string, RegisterChanges['splits'][number]>();
  const businessDays = new Set<Day>();
  const rejected: Rejected[] = [];
  const openedAt = new Map<string, number>();
  let calendarAt = 0;

  function add(events: readonly StoredEvent[]): void {
    for (const event of events) {
      register.apply(event);
      if (event.type === 'PortfolioOpened' && !openedAt.has(event.data.portfolio_id))
        openedAt.set(event.data.portfolio_id, event.position);
      if (event.type === 'BusinessDateAdvanced') calendarAt = event.position;
    }
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
  }

  function facts(position: number): Facts {
    const touched = new Set([...keys.values()].map(([portfolioNo]) => portfolioNo));
    for (const [portfolioId, at] of openedAt)
      if (at < calendarAt) touched.add(known.portfolios.get(portfolioId)!.portfolioNo);
    return {
      position,
      known,
      keys: [...keys.values()],
      market: marketRows(prices, fx, [...splits.values()]),
      businessDays: [...businessDays],
      horizon: businessDays.size === 0 ? null : Math.max(...businessDays),
      rejected,
      ...transactionsByPortfolio(known),
      isTouched: (portfolioNo) => touched.has(portfolioNo),
    };
  }

  return { add, facts };
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

function transactionsByPortfolio(known: Known): Pick<Facts, 'transactionsOf' | 'recordsOf'> {
  const found = new Map<number, TransactionRecord[]>();
  for (const record of known.transactions.values()) {
    const list = found.get(record.portfolioNo);
    if (list) list.push(record);
    else found.set(record.portfolioNo, [record]);
  }
  const recordsOf = (portfolioNo: number) => found.get(portfolioNo) ?? [];
  return {
    recordsOf,
    transactionsOf: (portfolioNo) => recordsOf(portfolioNo).filter((record) => !record.cancelled),
  };
}
