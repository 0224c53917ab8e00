/** Holdings and exchange rates of the readers' tables, as live values need them. */
import type { QuotedRates } from '../../domain/books/fx.ts';
import { means, parseSymbol } from '../../domain/market/symbol.ts';
import type { ParsedSymbol } from '../../domain/market/symbol.ts';
import type { LiveBooks } from '../../projections/market/live-values.ts';
import type { Holding, Holdings } from '../../projections/market/portfolio-value.ts';
import type { Database, Queryable } from '../database/database.ts';

const TAGS = `
  select p.portfolio_id,
         current_schema() || '.' || (select extract(epoch from flipped_at) from active_generation) || '.'
           || coalesce(s.checksum, 0) || '.' || coalesce(s.epoch, 0) || '.' || coalesce(s.horizon, 0) || '.'
           || (select coalesce(sum(k.checksum), 0) from position_state k where k.portfolio_no = p.portfolio_no)
           as tag
  from portfolios p
  left join portfolio_state s using (portfolio_no)
  where p.portfolio_id = any($1::text[])`;

const HOLDINGS = `
  select p.portfolio_id, k.security_id, k.symbol, k.currency, k.type = 'cash' as cash, t.quantity,
         t.market_price, t.price_date
  from portfolios p
  join portfolio_state f using (portfolio_no)
  join position_state s using (portfolio_no)
  join securities k using (security_no)
  join daily_position_snapshots t
    on t.portfolio_no = s.portfolio_no and t.security_no = s.security_no
    and t.date = date '1970-01-01' + f.horizon
  where p.portfolio_id = any($1::text[]) and t.superseded_by is null and t.quantity <> 0
  order by k.security_id collate "C"`;

const PORTFOLIOS = `
  select portfolio_id, base_currency as currency
  from portfolios
  where portfolio_id = any($1::text[])`;

const RATES = `
  select distinct on (from_currency, to_currency) from_currency, to_currency, day, rate
  from fx_rates
  where day <= current_date - date '1970-01-01'
  order by from_currency, to_currency, day desc`;

const EXCHANGES = `select symbol, exchange from public.symbols where symbol = any($1::text[])`;

interface HoldingRow extends Omit<Holding, 'symbol'> {
  readonly portfolio_id: string;
  readonly symbol: string | null;
}

interface RateRow {
  readonly from_currency: string;
  readonly to_currency: string;
  readonly day: number;
  readonly rate: string;
}

/** @param activeDatabase asked once per read */
export function createLiveBooks(activeDatabase: () => Promise<Database>): LiveBooks {
  const tagsIn = async (db: Pick<Database, 'query'>, ids: readonly string[]) =>
    new Map(
      (await db.query<{ portfolio_id: string; tag: string }>(TAGS, [ids])).map(
        ({ portfolio_id, tag }) => [portfolio_id, tag] as const,
      ),
    );
  return {
    tags: async (ids) => tagsIn(await activeDatabase(), ids),
    // On one snapshot, so that the tag is that of the rows.
    holdings: async (ids) =>
      (await activeDatabase()).transaction(
        async (tx): Promise<Holdings[]> => {
          const tags = await tagsIn(tx, ids);
          const portfolios = await tx.query<{ portfolio_id: string; currency: string }>(PORTFOLIOS, [ids]);
          const positions = new Map<string, Holding[]>(ids.map((id) => [id, []]));
          const rows = await tx.query<HoldingRow>(HOLDINGS, [ids]);
          const symbols = await tradedAs(tx, rows);
          for (const { portfolio_id, symbol, ...row } of rows)
            positions.get(portfolio_id)?.push({ ...row, symbol: symbols.get(symbol) ?? null });
          return portfolios.map(({ portfolio_id, currency }) => ({
            portfolio_id,
            currency,
            tag: tags.get(portfolio_id) ?? '',
            positions: positions.get(portfolio_id) ?? [],
          }));
        },
        { isolation: 'repeatable read', readOnly: true },
      ),
    rates: async () =>
      (await (await activeDatabase()).query<RateRow>(RATES)).map(
        ({ from_currency, to_currency, day, rate }): QuotedRates => ({
          from: from_currency,
          to: to_currency,
          rates: [[day, rate]],
        }),
      ),
  };
}

/** The symbols whose prices are those of securities, by what securities carry: not of another exchange. */
async function tradedAs(
  tx: Queryable,
  rows: readonly HoldingRow[],
): Promise<ReadonlyMap<string | null, string>> {
  const codes = new Map<string, ParsedSymbol>();
  for (const { symbol } of rows) {
    const code = symbol === null ? undefined : parseSymbol(symbol);
    if (symbol !== null && code) codes.set(symbol, code);
  }
  const known = await tx.query<{ symbol: string; exchange: string }>(EXCHANGES, [
    [...codes.values()].map(({ symbol }) => symbol),
  ]);
  const exchanges = new Map(known.map(({ symbol, exchange }) => [symbol, exchange]));
  const traded = new Map<string | null, string>();
  for (const [carried, code] of codes) {
    const exchange = exchanges.get(code.symbol);
    // Of 24x7 nothing is known: a price may be of any exchange, though its day has no close of one.
    if (exchange === undefined || exchange === '24x7' || means(code, exchange))
      traded.set(carried, code.symbol);
  }
  return traded;
}
