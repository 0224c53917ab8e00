/** What the API says of a portfolio with five years of real closes, for the programs that check it. */
import { records, readTables } from '../real-data/tables.ts';
import type { Table } from '../real-data/tables.ts';
import { bodyOf } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

const PORTFOLIO = '/v1/portfolios/BUYING_PLAN';
const PERIODS = 'SI,2011,2012,2013,2014,1Y,3Y';
const BENCHMARK = 'SEC_BASF';
const OTHER_CURRENCY = 'USD';

type Row = Readonly<Record<string, string>>;

/** Records the example over HTTP. @returns what was recorded */
export async function givenRealBooks(api: TestApi): Promise<{ fxRates: Row[]; closes: Row[] }> {
  const tables = readTables();
  const closes: Row[] = records(tables.prices).map(({ close, ...row }) => ({ ...row, price: close ?? '' }));
  const fxRates = items(tables['fx-rates']);
  await api.given('/v1/portfolios', items(tables.portfolios));
  await api.given('/v1/securities', items(tables.securities));
  await api.given('/v1/splits', items(tables.splits).map(withTruth));
  await api.given('/v1/fx-rates', fxRates);
  await api.given('/v1/prices', closes);
  await api.given('/v1/transactions', items(tables.transactions));
  await api.given('/v1/business-dates', { date: '2015-08-07' });
  return { fxRates, closes: closes.filter((close) => close['security_id'] === BENCHMARK) };
}

/** The one object that every program of this folder reads, see the README. */
export async function realFigures(api: TestApi): Promise<Readonly<Record<string, unknown>>> {
  const { fxRates, closes } = await givenRealBooks(api);
  const reply = (path: string) => bodyOf<unknown>(api.get(`${PORTFOLIO}${path}`));
  const risk: Row[] = [
    { periods: PERIODS },
    { periods: PERIODS, benchmark: `security:${BENCHMARK}`, risk_free: '0.01' },
    { periods: PERIODS, currency: OTHER_CURRENCY, benchmark: `security:${BENCHMARK}`, risk_free: '0.02' },
  ];
  return {
    timeseries: await reply('/timeseries?limit=100000'),
    timeseries_usd: await reply(`/timeseries?limit=100000&currency=${OTHER_CURRENCY}`),
    fx_rates: fxRates,
    performance: await reply(`/performance?periods=${PERIODS}`),
    performance_usd: await reply(`/performance?periods=${PERIODS}&currency=${OTHER_CURRENCY}`),
    cashflows: await reply('/cashflows?limit=100000'),
    benchmark: closes.map(({ date, price }) => ({ date, price })),
    risk: await Promise.all(
      risk.map(async (query) => ({
        query,
        reply: await reply(`/performance?${new URLSearchParams(query).toString()}`),
      })),
    ),
  };
}

/** The rows of a table as commands: without the cells that are empty. */
function items(table: Table): Row[] {
  return records(table).map((row) =>
    Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== '')),
  );
}

function withTruth(row: Row): Readonly<Record<string, unknown>> {
  return { ...row, prices_adjusted: row['prices_adjusted'] === 'true' };
}
