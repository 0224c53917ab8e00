/** Builds the markets of the portfolios being folded from rows loaded in one go. */
import { createFxTable } from '../../domain/books/fx.ts';
import { createMarket } from '../../domain/books/market.ts';
import type { AnnouncedSplit } from '../../domain/books/market.ts';
import type { Market, Transaction } from '../../domain/books/model.ts';
import { createSeries } from '../../domain/books/series.ts';
import type { DatedText, Series } from '../../domain/books/series.ts';
import type { Day } from '../../domain/dates.ts';
import { decimal } from '../../domain/decimal.ts';
import type { ClaimedPortfolio, KeyRow, KeyPlan } from './model.ts';
import type { FoldSession, MarketRows } from './store.ts';

export interface Markets {
  of(portfolio: Pick<ClaimedPortfolio, 'settings'>): Market;
}

interface Asked {
  readonly task: {
    readonly portfolio: ClaimedPortfolio;
    readonly keys: readonly KeyRow[];
    readonly plan: KeyPlan;
  };
  readonly transactions: readonly Transaction[];
}

/** Loads what folding and valuing the tasks can ask: from the first day folded to the last one valued. */
export async function loadMarkets(
  session: FoldSession,
  asked: readonly Asked[],
  horizon: Day | null,
): Promise<Markets> {
  const fromOf = new Map<number, Day>();
  const ids = new Map<number, string>();
  const currencies = new Set<string>();
  let from = Infinity;
  let to = horizon ?? -Infinity;
  for (const { task, transactions } of asked) {
    currencies.add(task.portfolio.settings.baseCurrency);
    const first = Math.min(firstDay(task.plan, task.keys), transactions[0]?.day ?? Infinity) - 1;
    to = Math.max(to, transactions.at(-1)?.day ?? -Infinity);
    // Neither a transaction nor a day: all that was in the key has been cancelled.
    if (first === Infinity) continue;
    if (first < from) from = first;
    for (const key of task.keys) {
      currencies.add(key.currency);
      if (key.isCash) continue;
      ids.set(key.securityNo, key.securityId);
      fromOf.set(key.securityNo, Math.min(first, fromOf.get(key.securityNo) ?? Infinity));
    }
  }
  const nothing = { prices: [], fxRates: [], splits: [] };
  const rows =
    from > to
      ? nothing
      : await session.market({
          securities: [...fromOf].map(([securityNo, day]) => ({ securityNo, from: day })),
          currencies: [...currencies],
          from,
          to,
        });
  return marketsFrom(rows, ids);
}

/** The first day to be valued; of a key folded from inception, its first day or that of its transactions. */
function firstDay(plan: KeyPlan, keys: readonly KeyRow[]): Day {
  return Math.min(
    ...keys.map((key) => {
      const unmade = key.watermarkDay === null ? Infinity : key.watermarkDay + 1;
      return Math.max(Math.min(plan.fromDay, unmade), key.firstDay ?? Infinity);
    }),
  );
}

/** @param ids of the securities by number */
export function marketsFrom(rows: MarketRows, ids: ReadonlyMap<number, string>): Markets {
  const dated = new Map<number, DatedText[]>();
  for (const { securityNo, day, price } of rows.prices) append(dated, securityNo, [day, price] as const);
  const prices = new Map<string, Series>();
  for (const [securityNo, points] of dated) prices.set(ids.get(securityNo)!, createSeries(points));
  const splits = new Map<string, AnnouncedSplit[]>();
  for (const { securityNo, day, ratio, pricesAdjusted } of rows.splits) {
    const id = ids.get(securityNo);
    if (id !== undefined) append(splits, id, { day, ratio: decimal(ratio), pricesAdjusted });
  }
  const pairs = new Map<string, { from: string; to: string; rates: DatedText[] }>();
  for (const { from, to, day, rate } of rows.fxRates) {
    const name = `${from}/${to}`;
    const pair = pairs.get(name) ?? { from, to, rates: [] };
    pair.rates.push([day, rate]);
    pairs.set(name, pair);
  }
  const fx = createFxTable([...pairs.values()]);
  const markets = new Map<string, Market>();
  return {
    of({ settings: { baseCurrency } }) {
      const found = markets.get(baseCurrency) ?? createMarket({ baseCurrency, prices, splits, fx });
      markets.set(baseCurrency, found);
      return found;
    },
  };
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
