/** Bars that were missed while a provider of live prices was away, from whoever has them whole. */
import { parseSymbol } from '../../domain/market/symbol.ts';
import type { Backfill } from './backfill.ts';
import type { Gap } from './ingest.ts';
import { DAY_MS, FIVE_MINUTES_MS } from './provider.ts';
import type { BarProvider } from './provider.ts';

/** The exchanges there are calendars of. */
export type Exchanges = readonly string[];

/** Of symbols that nothing is known of. */
export const ROUND_THE_CLOCK = '24x7';

export interface GapFillerOptions {
  /** Opened when there is a gap for the first time. */
  readonly backfill: () => Promise<Backfill>;
  /** Who has the bars of a live provider; `undefined` for nobody. */
  readonly provider: (name: string) => BarProvider | undefined;
}

/** @returns fills a gap with bars of five minutes, and says how many */
export function createGapFiller({ backfill: open, provider: of }: GapFillerOptions) {
  return async (gap: Gap, signal: AbortSignal): Promise<number> => {
    const provider = of(gap.provider);
    if (!provider) return 0;
    const backfill = await open();
    // Of the first window there may be ticks; if there are none, it is a hole as well.
    const within = { from: Math.floor(gap.from / FIVE_MINUTES_MS) * FIVE_MINUTES_MS, to: gap.to };
    let bars = 0;
    for (const code of gap.symbols) {
      const parsed = parseSymbol(code);
      if (!parsed || signal.aborted) continue;
      const plan = await backfill.plan(
        {
          symbol: parsed.symbol,
          exchange: parsed.exchange ?? ROUND_THE_CLOCK,
          interval: '5min',
          // Exchanges have dates of their own: a day more on both sides.
          from: Math.floor(gap.from / DAY_MS) - 1,
          to: Math.floor(gap.to / DAY_MS) + 1,
          within,
        },
        provider,
      );
      const { inserted } = await backfill.run(plan, { provider, signal });
      bars += inserted;
    }
    return bars;
  };
}
