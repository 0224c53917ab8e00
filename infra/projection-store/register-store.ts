/** The register's tables of one generation. */
import type { Database, Queryable } from '../database/database.ts';
import type {
  Known,
  Mentioned,
  PortfolioRecord,
  RegisterChanges,
  SecurityRecord,
} from '../../projections/register/model.ts';
import type { RegisterSession, RegisterStore } from '../../projections/register/store.ts';
import type { TransactionFields } from '../../domain/events.ts';
import { withAmended } from '../../projections/register/mentioned.ts';
import { writeMarks } from './marks.ts';

/** `database` must have its search_path on the generation. */
export function createRegisterStore(database: Database): RegisterStore {
  return {
    async position() {
      const [row] = await database.query<{ position: number }>(
        `select position from checkpoints where name = 'register'`,
      );
      return row?.position ?? 0;
    },
    exclusively: (work) =>
      database.transaction(async (tx) => {
        const [row] = await tx.query<{ position: number }>(
          `select position from checkpoints where name = 'register' for update skip locked`,
        );
        if (!row) return undefined;
        return work(registerSession(tx, row.position), row.position);
      }),
  };
}

function registerSession(tx: Queryable, start: number): RegisterSession {
  return {
    load: async (mentioned, known) => {
      await loadNumbers(tx, known);
      await loadPortfolios(tx, mentioned, known);
      await loadTransactions(tx, mentioned, known);
      await loadSecurities(tx, withAmended(mentioned, known), known);
    },
    write: async (changes) => {
      await writePortfolios(tx, changes.portfolios);
      await writeSecurities(tx, changes.securities);
      await writeKeys(tx, changes.keys);
      await writeTransactions(tx, changes.transactions);
      await writeMarket(tx, changes);
      await writeMarks(tx, changes.marks);
      await writeRejected(tx, changes.rejected);
    },
    advance: async (to) => {
      await tx.query(`update checkpoints set position = $2 where name = 'register' and position = $1`, [
        start,
        to,
      ]);
    },
  };
}

async function loadNumbers(tx: Queryable, known: Known): Promise<void> {
  // Loaded, or given out since: numbers that are not written yet must not be given out again.
  if (known.lastPortfolioNo > 0 || known.lastSecurityNo > 0) return;
  const [row] = await tx.query<{ portfolio_no: number; security_no: number }>(
    `select (select coalesce(max(portfolio_no), 0) from portfolios) as portfolio_no,
            (select coalesce(max(security_no), 0) from securities) as security_no`,
  );
  known.lastPortfolioNo = row?.portfolio_no ?? 0;
  known.lastSecurityNo = row?.security_no ?? 0;
}

function missing(ids: ReadonlySet<string>, found: ReadonlyMap<string, unknown>): string[] {
  return [...ids].filter((id) => !found.has(id));
}

async function loadPortfolios(tx: Queryable, mentioned: Mentioned, known: Known): Promise<void> {
  const ids = missing(mentioned.portfolios, known.portfolios);
  if (ids.length === 0) return;
  type Row = PortfolioRecord['settings'] & { portfolio_no: number; closed_date: string | null };
  const rows = await tx.query<Row>(
    `select portfolio_no, portfolio_id, base_currency, name, open_date, closed_date, cost_basis_method, cash,
            allow_short, time_zone, inflow_timing, outflow_timing
     from portfolios where portfolio_id = any($1::text[])`,
    [ids],
  );
  for (const { portfolio_no: portfolioNo, closed_date: closedDate, ...settings } of rows)
    known.portfolios.set(settings.portfolio_id, {
      portfolioNo,
      settings,
      ...(closedDate === null ? {} : { closedDate }),
    });
}

async function loadSecurities(tx: Queryable, mentioned: Mentioned, known: Known): Promise<void> {
  const ids = missing(mentioned.securities, known.securities);
  if (ids.length === 0) return;
  type Row = SecurityRecord['details'] & { security_no: number };
  const rows = await tx.query<Row>(
    `select security_no, security_id, currency, type, name, isin, symbol, asset_class, sector, country
     from securities where security_id = any($1::text[])`,
    [ids],
  );
  for (const { security_no: securityNo, ...details } of rows)
    known.securities.set(details.security_id, { securityNo, details });
}

async function loadTransactions(tx: Queryable, mentioned: Mentioned, known: Known): Promise<void> {
  const ids = missing(mentioned.transactions, known.transactions);
  if (ids.length === 0) return;
  const rows = await tx.query<{
    portfolio_no: number;
    security_no: number;
    target_no: number | null;
    at: string;
    rank: number;
    day: number;
    position: number;
    cancelled: boolean;
    fields: TransactionFields;
  }>(
    `select portfolio_no, security_no, target_no, at, rank, day, position, cancelled, fields
     from transactions
     where portfolio_no = any($1::integer[]) and transaction_id = any($2::text[])`,
    [[...mentioned.portfolios].flatMap((id) => known.portfolios.get(id)?.portfolioNo ?? []), ids],
  );
  for (const { portfolio_no, security_no, target_no, ...rest } of rows)
    known.transactions.set(rest.fields.transaction_id, {
      portfolioNo: portfolio_no,
      securityNo: security_no,
      ...(target_no === null ? {} : { targetNo: target_no }),
      ...rest,
    });
}

async function writePortfolios(tx: Queryable, records: readonly PortfolioRecord[]): Promise<void> {
  if (records.length === 0) return;
  await tx.query(
    `insert into portfolios (portfolio_no, portfolio_id, base_currency, name, open_date, closed_date,
                             cost_basis_method, cash, allow_short, time_zone, inflow_timing, outflow_timing)
     select * from unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[],
                          $7::text[], $8::text[], $9::boolean[], $10::text[], $11::text[], $12::text[])
     on conflict (portfolio_no) do update set
       name = excluded.name, open_date = excluded.open_date, closed_date = excluded.closed_date,
       cost_basis_method = excluded.cost_basis_method, cash = excluded.cash, allow_short = excluded.allow_short,
       inflow_timing = excluded.inflow_timing, outflow_timing = excluded.outflow_timing`,
    [
      records.map((r) => r.portfolioNo),
      records.map((r) => r.settings.portfolio_id),
      records.map((r) => r.settings.base_currency),
      records.map((r) => r.settings.name ?? null),
      records.map((r) => r.settings.open_date ?? null),
      records.map((r) => r.closedDate ?? null),
      records.map((r) => r.settings.cost_basis_method),
      records.map((r) => r.settings.cash),
      records.map((r) => r.settings.allow_short),
      records.map((r) => r.settings.time_zone),
      records.map((r) => r.settings.inflow_timing),
      records.map((r) => r.settings.outflow_timing),
    ],
  );
  await tx.query(
    `insert into portfolio_state (portfolio_no, epoch, status, fold_version, checksum)
     select portfolio_no, 0, 'CURRENT', 0, 0 from unnest($1::integer[]) as p(portfolio_no)
     where not exists (select from portfolio_state s where s.portfolio_no = p.portfolio_no)
     on conflict do nothing`,
    [records.map((r) => r.portfolioNo)],
  );
}

async function writeSecurities(tx: Queryable, records: readonly SecurityRecord[]): Promise<void> {
  if (records.length === 0) return;
  await tx.query(
    `insert into securities (security_no, security_id, currency, type, name, isin, symbol, asset_class, sector, country)
     select * from unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                          $8::text[], $9::text[], $10::text[])
     on conflict (security_no) do update set
       type = excluded.type, name = excluded.name, isin = excluded.isin, symbol = excluded.symbol,
       asset_class = excluded.asset_class, sector = excluded.sector, country = excluded.country`,
    [
      records.map((r) => r.securityNo),
      records.map((r) => r.details.security_id),
      records.map((r) => r.details.currency),
      records.map((r) => r.details.type),
      records.map((r) => r.details.name ?? null),
      records.map((r) => r.details.isin ?? null),
      records.map((r) => r.details.symbol ?? null),
      records.map((r) => r.details.asset_class ?? null),
      records.map((r) => r.details.sector ?? null),
      records.map((r) => r.details.country ?? null),
    ],
  );
}

// Looked up before it is inserted: a conflict with a row that a fold is updating waits for that fold.
async function writeKeys(tx: Queryable, keys: RegisterChanges['keys']): Promise<void> {
  if (keys.length === 0) return;
  await tx.query(
    `insert into position_state (portfolio_no, security_no, epoch, status, open, fold_version, checksum)
     select portfolio_no, security_no, 0, 'CURRENT', false, 0, 0
     from unnest($1::integer[], $2::integer[]) as k(portfolio_no, security_no)
     where not exists (
       select from position_state s where s.portfolio_no = k.portfolio_no and s.security_no = k.security_no)
     on conflict do nothing`,
    [keys.map(([portfolioNo]) => portfolioNo), keys.map(([, securityNo]) => securityNo)],
  );
}

async function writeTransactions(tx: Queryable, records: RegisterChanges['transactions']): Promise<void> {
  if (records.length === 0) return;
  await tx.query(
    `insert into transactions (portfolio_no, security_no, target_no, transaction_id, at, rank, day, position,
                               cancelled, fields)
     select * from unnest($1::integer[], $2::integer[], $3::integer[], $4::text[], $5::timestamptz[], $6::smallint[],
                          $7::integer[], $8::bigint[], $9::boolean[], $10::json[])
     on conflict (portfolio_no, transaction_id) do update set
       target_no = excluded.target_no, at = excluded.at, rank = excluded.rank, day = excluded.day,
       cancelled = excluded.cancelled, fields = excluded.fields`,
    [
      records.map((r) => r.portfolioNo),
      records.map((r) => r.securityNo),
      records.map((r) => r.targetNo ?? null),
      records.map((r) => r.fields.transaction_id),
      records.map((r) => r.at),
      records.map((r) => r.rank),
      records.map((r) => r.day),
      records.map((r) => r.position),
      records.map((r) => r.cancelled),
      records.map((r) => JSON.stringify(r.fields)),
    ],
  );
}

async function writeMarket(tx: Queryable, changes: RegisterChanges): Promise<void> {
  const { splits, prices, fxRates, businessDays } = changes;
  if (splits.length > 0)
    await tx.query(
      `insert into splits (security_no, date, ratio, prices_adjusted)
       select * from unnest($1::integer[], $2::date[], $3::numeric[], $4::boolean[])
       on conflict (security_no, date) do update set
         ratio = excluded.ratio, prices_adjusted = excluded.prices_adjusted`,
      [
        splits.map((s) => s.securityNo),
        splits.map((s) => s.date),
        splits.map((s) => s.ratio),
        splits.map((s) => s.pricesAdjusted),
      ],
    );
  if (prices.length > 0)
    await tx.query(
      `insert into prices (security_no, day, price)
       select * from unnest($1::integer[], $2::integer[], $3::numeric[])
       on conflict (security_no, day) do update set price = excluded.price`,
      [prices.map((p) => p.securityNo), prices.map((p) => p.day), prices.map((p) => p.price)],
    );
  if (fxRates.length > 0)
    await tx.query(
      `insert into fx_rates (from_currency, to_currency, day, rate)
       select * from unnest($1::text[], $2::text[], $3::integer[], $4::numeric[])
       on conflict (from_currency, to_currency, day) do update set rate = excluded.rate`,
      [
        fxRates.map((r) => r.from),
        fxRates.map((r) => r.to),
        fxRates.map((r) => r.day),
        fxRates.map((r) => r.rate),
      ],
    );
  if (businessDays.length > 0)
    await tx.query(`insert into calendar (day) select * from unnest($1::integer[]) on conflict do nothing`, [
      businessDays,
    ]);
}

async function writeRejected(tx: Queryable, rejected: RegisterChanges['rejected']): Promise<void> {
  if (rejected.length === 0) return;
  await tx.query(
    `insert into quarantine (portfolio_no, security_no, position, reason)
     select * from unnest($1::integer[], $2::integer[], $3::bigint[], $4::text[])`,
    [
      rejected.map((r) => r.portfolioNo ?? null),
      rejected.map((r) => r.securityNo ?? null),
      rejected.map((r) => r.position),
      rejected.map((r) => r.reason),
    ],
  );
}
