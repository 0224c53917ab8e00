/** Loads what folding some portfolios takes, out of the facts' tables of the generation being filled. */
import type { Database } from '../database/database.ts';
import type { KeyDetails } from '../../domain/books/model.ts';
import type { PortfolioSettings, TransactionFields } from '../../domain/events.ts';
import type { Day } from '../../domain/dates.ts';
import { otherSlot } from '../../projections/generation.ts';
import type { Slot } from '../../projections/generation.ts';
import { createMarketCache } from '../../projections/rebuild/market-cache.ts';
import type { PricePoints } from '../../projections/rebuild/market-cache.ts';
import type { PartitionInput } from '../../projections/rebuild/partition.ts';
import type { Ledger } from '../../projections/replay/ledger.ts';

export type PartitionSource = (portfolioNos: readonly number[]) => Promise<PartitionInput>;

interface Booked {
  readonly securityNo: number;
  readonly targetNo?: number;
  readonly fields: TransactionFields;
}

/** Reads what all partitions share. `database` has its search_path on the generation in `slot`. */
export async function openPartitionSource(database: Database, slot: Slot): Promise<PartitionSource> {
  const details = await securities(database);
  const [calendar] = await database.query<{ horizon: Day | null }>(
    `select max(day) as horizon from calendar`,
  );
  const horizon = calendar?.horizon ?? null;
  const market = createMarketCache({
    idOf: (securityNo) => details.get(securityNo)!.securityId,
    fxRates: await fxRates(database),
    splits: await splits(database),
    load: (securityNos) => prices(database, securityNos),
  });

  return async (portfolioNos) => {
    const keys = await keysOf(database, portfolioNos);
    const [portfolios, transactions, epochs, markets] = await Promise.all([
      portfoliosOf(database, portfolioNos),
      transactionsOf(database, portfolioNos),
      epochsOf(database, slot, portfolioNos),
      market(new Set([...keys.values()].flat())),
    ]);
    const ledger: Ledger = {
      horizon,
      detailsOf: (securityNo) => details.get(securityNo)!,
      keysOf: (portfolioNo) => keys.get(portfolioNo) ?? [],
      transactionsOf: (portfolioNo) => transactions.get(portfolioNo) ?? [],
      marketOf: markets,
    };
    return {
      ledger,
      portfolios,
      nextEpoch: (portfolioId, securityId) => (epochs.get(`${portfolioId}\t${securityId ?? ''}`) ?? -1) + 1,
    };
  };
}

async function securities(database: Database): Promise<Map<number, KeyDetails>> {
  const rows = await database.query<{
    security_no: number;
    security_id: string;
    currency: string;
    is_cash: boolean;
  }>(`select security_no, security_id, currency, type = 'cash' as is_cash from securities`);
  return new Map(
    rows.map((row) => [
      row.security_no,
      { securityId: row.security_id, currency: row.currency, isCash: row.is_cash },
    ]),
  );
}

async function keysOf(database: Database, portfolioNos: readonly number[]): Promise<Map<number, number[]>> {
  const rows = await database.query<{ portfolio_no: number; security_nos: number[] }>(
    `select portfolio_no, array_agg(security_no order by security_no) as security_nos
     from position_state where portfolio_no = any($1::integer[]) group by portfolio_no`,
    [portfolioNos],
  );
  return new Map(rows.map((row) => [row.portfolio_no, row.security_nos]));
}

async function portfoliosOf(database: Database, portfolioNos: readonly number[]) {
  const rows = await database.query<PortfolioSettings & { portfolio_no: number }>(
    `select portfolio_no, portfolio_id, base_currency, cost_basis_method, cash, allow_short, time_zone, inflow_timing,
            outflow_timing
     from portfolios where portfolio_no = any($1::integer[]) order by portfolio_no`,
    [portfolioNos],
  );
  return rows.map(({ portfolio_no: portfolioNo, ...settings }) => ({ portfolioNo, settings }));
}

async function transactionsOf(
  database: Database,
  portfolioNos: readonly number[],
): Promise<Map<number, Booked[]>> {
  const rows = await database.query<{
    portfolio_no: number;
    security_no: number;
    target_no: number | null;
    fields: TransactionFields;
  }>(
    `select portfolio_no, security_no, target_no, fields
     from transactions where portfolio_no = any($1::integer[]) and not cancelled`,
    [portfolioNos],
  );
  const found = new Map<number, Booked[]>();
  for (const { portfolio_no, security_no: securityNo, target_no, fields } of rows) {
    const booked = { securityNo, fields, ...(target_no === null ? {} : { targetNo: target_no }) };
    const list = found.get(portfolio_no);
    if (list) list.push(booked);
    else found.set(portfolio_no, [booked]);
  }
  return found;
}

async function fxRates(database: Database) {
  return database.query<{ from: string; to: string; day: Day; rate: string }>(
    `select from_currency as "from", to_currency as "to", day, rate
     from fx_rates order by from_currency, to_currency, day`,
  );
}

async function splits(database: Database) {
  const rows = await database.query<{
    security_no: number;
    day: Day;
    ratio: string;
    prices_adjusted: boolean;
  }>(`select security_no, date - date '1970-01-01' as day, ratio, prices_adjusted from splits`);
  return rows.map((row) => ({
    securityNo: row.security_no,
    day: row.day,
    ratio: row.ratio,
    pricesAdjusted: row.prices_adjusted,
  }));
}

async function prices(
  database: Database,
  securityNos: readonly number[],
): Promise<ReadonlyMap<number, PricePoints>> {
  const rows = await database.query<{ security_no: number; day: Day; price: string }>(
    `select security_no, day, price from prices where security_no = any($1::integer[]) order by security_no, day`,
    [securityNos],
  );
  const found = new Map<number, [Day, string][]>();
  for (const { security_no, day, price } of rows) {
    const points = found.get(security_no);
    if (points) points.push([day, price]);
    else found.set(security_no, [[day, price]]);
  }
  return found;
}

/** What readers see now; schema names cannot be parameters. */
const EPOCHS: Readonly<Record<Slot, string>> = {
  gen_a: epochsIn('gen_a'),
  gen_b: epochsIn('gen_b'),
};

function epochsIn(active: string): string {
  return `with wanted as (
       select o.portfolio_no, portfolio_id from ${active}.portfolios o
       join portfolios n using (portfolio_id) where n.portfolio_no = any($1::integer[])
     )
     select portfolio_id, s.security_id, k.epoch
     from wanted join ${active}.position_state k using (portfolio_no) join ${active}.securities s using (security_no)
     union all
     select portfolio_id, '', k.epoch from wanted join ${active}.portfolio_state k using (portfolio_no)`;
}

async function epochsOf(
  database: Database,
  slot: Slot,
  portfolioNos: readonly number[],
): Promise<Map<string, number>> {
  const rows = await database.query<{ portfolio_id: string; security_id: string; epoch: number }>(
    EPOCHS[otherSlot(slot)],
    [portfolioNos],
  );
  return new Map(rows.map((row) => [`${row.portfolio_id}\t${row.security_id}`, row.epoch]));
}
