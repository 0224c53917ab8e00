/** The market for one partition after another; closes of a bounded number of securities stay in memory. */
import { createFxTable } from '../../domain/books/fx.ts';
import { createMarket } from '../../domain/books/market.ts';
import type { AnnouncedSplit } from '../../domain/books/market.ts';
import type { BookSettings, Market } from '../../domain/books/model.ts';
import { createSeries } from '../../domain/books/series.ts';
import type { DatedText, Series } from '../../domain/books/series.ts';
import { decimal } from '../../domain/decimal.ts';
import type { MarketRows } from '../fold/store.ts';

/** Closes in the order of their days. */
export type PricePoints = readonly DatedText[];

export interface MarketCacheOptions {
  readonly idOf: (securityNo: number) => string;
  readonly fxRates: MarketRows['fxRates'];
  readonly splits: MarketRows['splits'];
  readonly load: (securityNos: readonly number[]) => Promise<ReadonlyMap<number, PricePoints>>;
}

/** Closes kept, some hundred bytes each; those that a partition asks for are all there, however many. */
const MOST_POINTS = 400_000;

/** @returns what gives the markets of some securities' holders, by their settings */
export function createMarketCache(options: MarketCacheOptions) {
  const { idOf, load } = options;
  const fx = createFxTable(pairsOf(options.fxRates));
  const splits = new Map<string, AnnouncedSplit[]>();
  for (const { securityNo, day, ratio, pricesAdjusted } of options.splits) {
    const id = idOf(securityNo);
    splits.set(id, [...(splits.get(id) ?? []), { day, ratio: decimal(ratio), pricesAdjusted }]);
  }
  // The one asked for longest ago is the first.
  const kept = new Map<number, Series>();
  let points = 0;

  return async (wanted: ReadonlySet<number>): Promise<(settings: BookSettings) => Market> => {
    for (const securityNo of wanted) {
      const series = kept.get(securityNo);
      if (series && kept.delete(securityNo)) kept.set(securityNo, series);
    }
    const missing = [...wanted].filter((securityNo) => !kept.has(securityNo));
    if (missing.length > 0) {
      const loaded = await load(missing);
      for (const securityNo of missing) {
        const series = createSeries(loaded.get(securityNo) ?? []);
        kept.set(securityNo, series);
        points += series.points.length;
      }
    }
    for (const [securityNo, series] of kept) {
      if (points <= MOST_POINTS || wanted.has(securityNo)) break;
      kept.delete(securityNo);
      points -= series.points.length;
    }
    const prices = new Map<string, Series>();
    for (const securityNo of wanted) prices.set(idOf(securityNo), kept.get(securityNo)!);
    const markets = new Map<string, Market>();
    return ({ baseCurrency }) => {
      const found = markets.get(baseCurrency) ?? createMarket({ baseCurrency, prices, splits, fx });
      markets.set(baseCurrency, found);
      return found;
    };
  };
}

function pairsOf(rates: MarketRows['fxRates']) {
  const pairs = new Map<string, { from: string; to: string; rates: DatedText[] }>();
  for (const { from, to, day, rate } of rates) {
    const pair = pairs.get(`${from}/${to}`) ?? { from, to, rates: [] };
    pair.rates.push([day, rate]);
    pairs.set(`${from}/${to}`, pair);
  }
  return [...pairs.values()];
}
