/** Exports over the tables of the active generation. */
import type { Database, Queryable } from '../database/database.ts';
import type {
  ExportModels,
  ExportSource,
  HistoryKey,
  PortfolioDayOf,
  PositionDayOf,
  Segment,
} from '../../projections/queries/export.ts';
import { loadVersion } from './portfolios.ts';

const KNOWN = `select portfolio_id from portfolios where portfolio_id = any ($1::text[])`;
const SECURITY = `select 1 as known from securities where security_id = $1`;

// A key without rows yet has no first day. Rows of a position go on to the portfolio's open day.
const POSITION_KEYS = `
  select k.portfolio_no, p.portfolio_id, p.base_currency, k.security_no, s.security_id, s.currency,
         date '1970-01-01' + k.first_day as first_date, date '1970-01-01' + f.horizon as last_date
  from position_state k
  join portfolio_state f using (portfolio_no)
  join portfolios p using (portfolio_no)
  join securities s using (security_no)
  where k.first_day <= f.horizon
    and ($1::text[] is null or p.portfolio_id = any ($1))
    and ($2::text is null or s.security_id = $2)
    and ($3::text is null or (p.portfolio_id collate "C", s.security_id collate "C") > ($3, $4::text))
  order by p.portfolio_id collate "C", s.security_id collate "C"
  limit $5`;

const PORTFOLIO_KEYS = `
  select f.portfolio_no, p.portfolio_id, p.base_currency, 0 as security_no, '' as security_id,
         p.base_currency as currency,
         date '1970-01-01' + f.first_day as first_date, date '1970-01-01' + f.horizon as last_date
  from portfolio_state f
  join portfolios p using (portfolio_no)
  where f.first_day <= f.horizon
    and ($1::text[] is null or p.portfolio_id = any ($1))
    and ($2::text is null or p.portfolio_id collate "C" > $2)
  order by p.portfolio_id collate "C"
  limit $3`;

const POSITION_DAYS = `
  select k.n::integer as segment, t.date, t.quantity, t.cost, t.bod_market_value, t.bod_cashflow_position,
         t.eod_cashflow_position, t.bod_cashflow_portfolio, t.eod_cashflow_portfolio, t.eod_market_value,
         t.income, t.fees, t.taxes, t.bod_fx_rate, t.fx_rate, t.cost_base, t.bod_market_value_base,
         t.bod_cashflow_base, t.eod_cashflow_base, t.eod_market_value_base, t.valuation_status, t.estimated,
         t.epoch
  from unnest($1::integer[], $2::integer[], $3::date[], $4::date[]) with ordinality
         as k(portfolio_no, security_no, first_date, last_date, n)
  join position_timeseries t
    on t.portfolio_no = k.portfolio_no and t.security_no = k.security_no
   and t.date between k.first_date and k.last_date
  where t.superseded_by is null
  order by k.n, t.date`;

const PORTFOLIO_DAYS = `
  select k.n::integer as segment, t.date, t.bod_market_value, t.bod_cashflow, t.eod_cashflow,
         t.eod_market_value, t.income, t.fees, t.taxes, t.cost, t.positions, t.estimated_positions, t.epoch
  from unnest($1::integer[], $2::date[], $3::date[]) with ordinality as k(portfolio_no, first_date, last_date, n)
  join portfolio_timeseries t
    on t.portfolio_no = k.portfolio_no and t.date between k.first_date and k.last_date
  where t.superseded_by is null
  order by k.n, t.date`;

/** Over a transaction, all of whose statements are short ones: no client can make one of them long. */
function exportSource(db: Queryable): ExportSource {
  const datesOf = (segments: readonly Segment[]) => [
    segments.map(({ from }) => from),
    segments.map(({ to }) => to),
  ];
  const portfoliosOf = (segments: readonly Segment[]) => segments.map(({ key }) => key.portfolio_no);
  return {
    position: async () => (await loadVersion(db)).position,
    known: async (portfolioIds) => {
      const rows = await db.query<{ portfolio_id: string }>(KNOWN, [portfolioIds]);
      return rows.map((row) => row.portfolio_id);
    },
    securityIsKnown: async (securityId) => (await db.query(SECURITY, [securityId])).length > 0,
    positionKeys: ({ portfolioIds, securityId }, after, limit) =>
      db.query<HistoryKey>(POSITION_KEYS, [
        portfolioIds ?? null,
        securityId ?? null,
        after?.portfolio_id ?? null,
        after?.security_id ?? null,
        limit,
      ]),
    portfolioKeys: ({ portfolioIds }, after, limit) =>
      db.query<HistoryKey>(PORTFOLIO_KEYS, [portfolioIds ?? null, after?.portfolio_id ?? null, limit]),
    positionDays: (segments) =>
      db.query<PositionDayOf>(POSITION_DAYS, [
        portfoliosOf(segments),
        segments.map(({ key }) => key.security_no),
        ...datesOf(segments),
      ]),
    portfolioDays: (segments) =>
      db.query<PortfolioDayOf>(PORTFOLIO_DAYS, [portfoliosOf(segments), ...datesOf(segments)]),
  };
}

/**
 * Every export is one REPEATABLE READ transaction, so that neither a restatement nor a flip in the midst of
 * it can mix two versions of history. `activeDatabase` is asked once for each.
 */
export function createExportModels(activeDatabase: () => Promise<Database>): ExportModels {
  return {
    snapshot: async (work) =>
      (await activeDatabase()).transaction((tx) => work(exportSource(tx)), {
        isolation: 'repeatable read',
        readOnly: true,
      }),
  };
}
