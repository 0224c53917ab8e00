/** Position-days by the million, written straight into the tables that readers see: exports look at nothing else. */
import { connect } from './yard.ts';

const DAYS = 3_650;
const POSITIONS = 20;
/** A transaction's worth of positions. */
const KEYS_AT_ONCE = 100;

const PORTFOLIOS = `
  insert into portfolios (portfolio_no, portfolio_id, base_currency, cost_basis_method, cash, allow_short,
                          time_zone, inflow_timing, outflow_timing)
  select n, 'EXPORT_' || lpad(n::text, 5, '0'), 'EUR', 'fifo', 'derived', false, 'UTC', 'bod', 'eod'
  from generate_series(1, $1::integer) n`;

const SECURITIES = `
  insert into securities (security_no, security_id, currency, type)
  select n, 'SEC_' || lpad(n::text, 3, '0'), 'USD', 'equity' from generate_series(1, $1::integer) n`;

const PORTFOLIO_STATES = `
  insert into portfolio_state (portfolio_no, epoch, status, first_day, horizon, complete_through, fold_version, checksum)
  select portfolio_no, 0, 'CURRENT', date '2016-01-01' - date '1970-01-01',
         date '2016-01-01' - date '1970-01-01' + $1::integer - 1,
         date '2016-01-01' - date '1970-01-01' + $1::integer - 1, 1, 0
  from portfolios`;

const POSITION_STATES = `
  insert into position_state (portfolio_no, security_no, epoch, status, first_day, watermark_day, open, fold_version,
                              checksum)
  select (k - 1) / $2::integer + 1, (k - 1) % $2::integer + 1, 0, 'CURRENT',
         date '2016-01-01' - date '1970-01-01', date '2016-01-01' - date '1970-01-01' + $3::integer - 1, true, 1, 0
  from generate_series(1, $1::integer) k`;

const POSITION_DAYS = `
  insert into position_timeseries (
    portfolio_no, security_no, date, epoch, bod_market_value, bod_cashflow_position, eod_cashflow_position,
    bod_cashflow_portfolio, eod_cashflow_portfolio, eod_market_value, income, fees, taxes, quantity, cost,
    bod_fx_rate, fx_rate, valuation_status, bod_market_value_base, bod_cashflow_base, eod_cashflow_base,
    eod_market_value_base, income_base, fees_base, taxes_base, cost_base, active, estimated)
  select k.portfolio_no, k.security_no, date '2016-01-01' + d, 0, v.before, 0, 0, 0, 0, v.after, 0, 0, 0,
         k.security_no * 10, 1500.25, 0.91 + d % 50 * 0.0001, 0.91 + d % 49 * 0.0001, 'PRICED',
         round(v.before * 0.91, 10), 0, 0, round(v.after * 0.91, 10), 0, 0, 0, 1365.2275, true, false
  from position_state k
  cross join generate_series(0, $3::integer - 1) d
  cross join lateral (select round(k.security_no * (1500 + (d - 1) * 37 % 1009 / 7.0), 10) as before,
                             round(k.security_no * (1500 + d * 37 % 1009 / 7.0), 10) as after) v
  where k.portfolio_no between $1::integer and $2::integer
  order by k.portfolio_no, k.security_no, d`;

/** Fills the generation that readers see with about `rows` rows; returns how many they are. */
export async function fillDayTables(url: string, rows: number): Promise<number> {
  const client = await connect(url, 'gen_a');
  try {
    const portfolios = Math.max(1, Math.round(rows / DAYS / POSITIONS));
    await client.query(PORTFOLIOS, [portfolios]);
    await client.query(SECURITIES, [POSITIONS]);
    await client.query(PORTFOLIO_STATES, [DAYS]);
    await client.query(POSITION_STATES, [portfolios * POSITIONS, POSITIONS, DAYS]);
    const step = Math.max(1, Math.floor(KEYS_AT_ONCE / POSITIONS));
    for (let first = 1; first <= portfolios; first += step)
      await client.query(POSITION_DAYS, [first, Math.min(portfolios, first + step - 1), DAYS]);
    await client.query(
      'analyze position_timeseries, position_state, portfolio_state, portfolios, securities',
    );
    return portfolios * POSITIONS * DAYS;
  } finally {
    await client.end();
  }
}
