/** Reads kept indicators, and makes those of the bars after them: of the open one none are kept. */
import { createStandardSet, STANDARD_COLUMNS, tierBarsPerYear } from '../../domain/indicators/standard.ts';
import type {
  AnalyticsQuery,
  AnalyticsReader,
  AnalyticsRow,
} from '../../projections/market/analytics-reads.ts';
import type { Checkpoint } from '../../projections/market/checkpoints.ts';
import type { Tier } from '../../projections/market/model.ts';
import type { Database, Queryable } from '../database/database.ts';
import { readClosedBars } from './analytics-bars.ts';

export interface AnalyticsReaderOptions {
  readonly database: Database;
  /** Unix milliseconds: a bar that closes after it is open. */
  readonly now: () => number;
}

/** Of a symbol that is further behind, the worker has to come first. */
const TAIL_BARS = 500;

const BEGINNING = Date.UTC(1800, 0, 1);
const END = Date.UTC(9999, 0, 1);

const SYMBOL = `
  select s.symbol_no, s.exchange,
         (extract(epoch from p.newest) * 1000)::int8 as newest,
         (extract(epoch from p.closes_at) * 1000)::int8 as closes_at,
         (extract(epoch from p.indicated_through) * 1000)::int8 as through,
         (select c.state
          from public.indicator_checkpoints c
          where c.symbol_no = s.symbol_no and c.tier = $2 and c.time < coalesce(p.dirty_from, 'infinity')
          order by c.time desc
          limit 1) as checkpoint
  from public.symbols s
  left join public.bar_progress p on p.symbol_no = s.symbol_no and p.tier = $2
  where s.symbol = $1`;

interface SymbolRow {
  readonly symbol_no: number;
  readonly exchange: string;
  readonly newest: number | null;
  readonly closes_at: number | null;
  readonly through: number | null;
  readonly checkpoint: Checkpoint | null;
}

const FIRST_ROWS: Readonly<Record<Tier, string>> = {
  intraday: `
    select a.*, (extract(epoch from a.time) * 1000)::int8 as at
    from public.intraday_analytics a
    where a.symbol_no = $1 and a.time >= $2 and a.time < $3
    order by a.time
    limit $4`,
  historical: `
    select a.*, (extract(epoch from a.time) * 1000)::int8 as at
    from public.daily_analytics a
    where a.symbol_no = $1 and a.time >= $2 and a.time < $3
    order by a.time
    limit $4`,
};

const LAST_ROWS: Readonly<Record<Tier, string>> = {
  intraday: `
    select a.*, (extract(epoch from a.time) * 1000)::int8 as at
    from public.intraday_analytics a
    where a.symbol_no = $1 and a.time >= $2 and a.time < $3
    order by a.time desc
    limit $4`,
  historical: `
    select a.*, (extract(epoch from a.time) * 1000)::int8 as at
    from public.daily_analytics a
    where a.symbol_no = $1 and a.time >= $2 and a.time < $3
    order by a.time desc
    limit $4`,
};

type StoredRow = Readonly<Record<string, number | null>> & { readonly at: number; readonly close: number };

/** @throws DatabaseError from every read */
export function createAnalyticsReader({ database, now }: AnalyticsReaderOptions): AnalyticsReader {
  async function read(tx: Queryable, query: AnalyticsQuery) {
    const { symbol, tier, start, end, limit } = query;
    const [found] = await tx.query<SymbolRow>(SYMBOL, [symbol, tier]);
    if (found === undefined) return undefined;
    const from = Math.max(start ?? BEGINNING, BEGINNING);
    const to = Math.min(end ?? END, END);
    const series = { symbol, exchange: found.exchange };
    if (from >= to) return { ...series, rows: [] };

    const forward = start !== undefined;
    const stored = await tx.query<StoredRow>(forward ? FIRST_ROWS[tier] : LAST_ROWS[tier], [
      found.symbol_no,
      new Date(from).toISOString(),
      new Date(to).toISOString(),
      limit,
    ]);
    const rows = stored.map(rowOf);
    if (forward && rows.length === limit) return { ...series, rows };
    if (!forward) rows.reverse();
    const tail = await readTail(tx, tier, found);
    rows.push(...tail.filter(({ time }) => time >= from && time < to));
    return { ...series, rows: forward ? rows.slice(0, limit) : rows.slice(-limit) };
  }

  /** Of the bars after those whose indicators are kept. */
  async function readTail(tx: Queryable, tier: Tier, found: SymbolRow): Promise<AnalyticsRow[]> {
    const { symbol_no: symbolNo, checkpoint, newest, closes_at: closesAt, through, exchange } = found;
    if (newest === null || (through !== null && newest <= through)) return [];
    const span = { symbolNo, after: checkpoint?.at[1], before: newest + 1 };
    const bars = (await readClosedBars(tx, tier, [span], TAIL_BARS + 1)).get(symbolNo) ?? [];
    if (bars.length > TAIL_BARS) return [];
    const set = createStandardSet(tierBarsPerYear(exchange, tier), checkpoint?.state);
    return bars.flatMap((bar) => {
      const figures = set.update(bar);
      if (through !== null && bar.time <= through) return [];
      return [
        {
          time: bar.time,
          close: bar.close,
          figures: Object.fromEntries(
            STANDARD_COLUMNS.map((column, index) => [column, figures[index] ?? null]),
          ),
          isOpen: bar.time === newest && closesAt !== null && closesAt > now(),
        },
      ];
    });
  }

  return {
    // One snapshot: a bar that is kept meanwhile is neither missed nor there twice.
    rows: (query) =>
      database.transaction((tx) => read(tx, query), { isolation: 'repeatable read', readOnly: true }),
  };
}

function rowOf(row: StoredRow): AnalyticsRow {
  return {
    time: row.at,
    close: row.close,
    figures: Object.fromEntries(STANDARD_COLUMNS.map((column) => [column, row[column] ?? null])),
    isOpen: false,
  };
}
