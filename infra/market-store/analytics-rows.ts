/** Writes what was made of the bars of many symbols: rows of indicators, checkpoints, how far they are. */
import type { Indicated } from '../../projections/market/indicate.ts';
import type { Tier } from '../../projections/market/model.ts';
import type { DatabaseTransaction } from '../database/database.ts';
import { rowBlocks } from './analytics-copy.ts';

/** Times in Unix milliseconds. */
export interface IndicatedSymbol extends Indicated {
  readonly symbolNo: number;
  /** States of bars from here on are those of former bars, -Infinity of all. */
  readonly from: number;
  /** Up to here its bars have their indicators now; absent: as far as before. */
  readonly through: number | undefined;
  /** What is left to do; absent: nothing. */
  readonly dirtyFrom: number | undefined;
}

// The last condition says nothing new: by it the server leaves out the chunks in which there can be none.
const REMOVE_ROWS: Readonly<Record<Tier, string>> = {
  intraday: `
    delete from public.intraday_analytics a
    using unnest($1::integer[], $2::timestamptz[], $3::timestamptz[]) as w (symbol_no, first, last)
    where a.symbol_no = w.symbol_no and a.time between w.first and w.last and a.time between $4 and $5`,
  historical: `
    delete from public.daily_analytics a
    using unnest($1::integer[], $2::timestamptz[], $3::timestamptz[]) as w (symbol_no, first, last)
    where a.symbol_no = w.symbol_no and a.time between w.first and w.last and a.time between $4 and $5`,
};

const COPY_ROWS: Readonly<Record<Tier, string>> = {
  intraday: `
    copy public.intraday_analytics (
      symbol_no, time, close, sma_20, sma_50, sma_200, ema_12, ema_26, wma_20, rsi_14, macd, macd_signal,
      macd_histogram, bb_upper, bb_middle, bb_lower, bb_bandwidth, bb_percent_b, atr_14, vwap, roc_12,
      momentum_10, williams_r_14, stoch_k, stoch_d, stddev_20, keltner_upper, keltner_middle, keltner_lower,
      volatility_20
    ) from stdin with (format binary)`,
  historical: `
    copy public.daily_analytics (
      symbol_no, time, close, sma_20, sma_50, sma_200, ema_12, ema_26, wma_20, rsi_14, macd, macd_signal,
      macd_histogram, bb_upper, bb_middle, bb_lower, bb_bandwidth, bb_percent_b, atr_14, vwap, roc_12,
      momentum_10, williams_r_14, stoch_k, stoch_d, stddev_20, keltner_upper, keltner_middle, keltner_lower,
      volatility_20
    ) from stdin with (format binary)`,
};

const REMOVE_CHECKPOINTS = `
  delete from public.indicator_checkpoints c
  using unnest($2::integer[], $3::timestamptz[], $4::timestamptz[]) as w (symbol_no, first, last)
  where c.tier = $1 and c.symbol_no = w.symbol_no and c.time between w.first and w.last`;

const ADD_CHECKPOINTS = `
  insert into public.indicator_checkpoints (symbol_no, tier, time, state)
  select symbol_no, $1, time, state
  from unnest($2::integer[], $3::timestamptz[], $4::json[]) as w (symbol_no, time, state)
  on conflict (symbol_no, tier, time) do update set state = excluded.state`;

const NOTHING = Promise.resolve();

const ADVANCE = `
  update public.bar_progress p
  set dirty_from = w.dirty_from, indicated_through = greatest(p.indicated_through, w.through)
  from unnest($2::integer[], $3::timestamptz[], $4::timestamptz[]) as w (symbol_no, dirty_from, through)
  where p.tier = $1 and p.symbol_no = w.symbol_no`;

export async function writeIndicated(
  tx: DatabaseTransaction,
  tier: Tier,
  symbols: readonly IndicatedSymbol[],
): Promise<void> {
  // There is hardly ever one, but a session that was moved leaves rows behind that nobody knows of.
  const written = symbols.flatMap(({ symbolNo, rows }): Span[] =>
    rows.length > 0 ? [[symbolNo, instant(rows[0]!.time), instant(rows.at(-1)!.time)]] : [],
  );
  const gone = symbols.flatMap(({ symbolNo, dropped, from }): Span[] => [
    ...dropped.map((time): Span => [symbolNo, instant(time), instant(time)]),
    [symbolNo, instant(from), 'infinity'],
  ]);
  await tx.together([
    () =>
      written.length > 0 ? tx.query(REMOVE_ROWS[tier], [...columns(written), ...edges(written)]) : NOTHING,
    () => tx.query(REMOVE_CHECKPOINTS, [tier, ...columns(gone)]),
  ]);
  if (symbols.some(({ rows }) => rows.length > 0)) await tx.copyIn(COPY_ROWS[tier], rowBlocks(symbols));

  const kept = symbols.flatMap(({ symbolNo, checkpoints }) =>
    checkpoints.map((checkpoint): Span => [symbolNo, instant(checkpoint.at[1]), JSON.stringify(checkpoint)]),
  );
  await tx.together([
    () => tx.query(ADD_CHECKPOINTS, [tier, ...columns(kept)]),
    () =>
      tx.query(ADVANCE, [
        tier,
        symbols.map(({ symbolNo }) => symbolNo),
        symbols.map(({ dirtyFrom }) => (dirtyFrom === undefined ? null : instant(dirtyFrom))),
        symbols.map(({ through }) => (through === undefined ? null : instant(through))),
      ]),
  ]);
}

type Span = readonly [symbolNo: number, first: string, last: string];

function columns(spans: readonly Span[]): [number[], string[], string[]] {
  return [spans.map((span) => span[0]), spans.map((span) => span[1]), spans.map((span) => span[2])];
}

/** The earliest and the latest of them all; instants of one form are in order as texts are. */
function edges(spans: readonly Span[]): [string, string] {
  let [first, last] = [spans[0]![1], spans[0]![2]];
  for (const span of spans) {
    if (span[1] < first) first = span[1];
    if (span[2] > last) last = span[2];
  }
  return [first, last];
}

function instant(ms: number): string {
  return ms === -Infinity ? '-infinity' : new Date(ms).toISOString();
}
