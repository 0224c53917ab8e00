/** Streams resolved facts into empty, key-less tables by `COPY`. */
import type { Database, DatabaseTransaction, Queryable } from '../database/database.ts';
import { FOLD_VERSION } from '../../domain/books/version.ts';
import { escape, NULL } from '../../projections/fold/text.ts';
import type { FactsRest, FactsWriter } from '../../projections/rebuild/store.ts';
import type { TransactionRecord } from '../../projections/register/model.ts';
import { addMissingKeys, FACT_KEYS } from './generation-keys.ts';
import { openRowSink } from './row-sink.ts';

function text(value: string | undefined): string {
  return value === undefined ? NULL : escape(value);
}

function* lines<T>(
  rows: Iterable<T>,
  columns: (row: T) => readonly (string | number | boolean)[],
): Generator<string> {
  for (const row of rows) yield `${columns(row).join('\t')}\n`;
}

function transactionLine(t: TransactionRecord): string {
  const { transaction_id: id } = t.fields;
  return (
    `${t.portfolioNo}\t${t.securityNo}\t${t.targetNo ?? NULL}\t${escape(id)}\t${t.at}\t${t.rank}\t${t.day}\t` +
    `${t.position}\t${t.cancelled}\t${escape(JSON.stringify(t.fields))}\n`
  );
}

export function openFactsWriter(database: Database): FactsWriter {
  const transactions = openRowSink(
    database,
    `copy transactions (portfolio_no, security_no, target_no, transaction_id, at, rank, day, position, cancelled, fields)
     from stdin`,
  );
  const prices = openRowSink(database, `copy prices (security_no, day, price) from stdin`);
  return {
    transaction: (record) => transactions.write(transactionLine(record)),
    price: (securityNo, day, price) => prices.write(`${securityNo}\t${day}\t${price}\n`),
    async finish(rest) {
      for (const record of rest.transactions) await transactions.write(transactionLine(record));
      await Promise.all([transactions.close(), prices.close()]);
      await database.transaction(async (tx) => {
        await copyRest(tx, rest);
        await insertRejected(tx, rest.rejected);
      });
      await addMissingKeys(database, FACT_KEYS, () => undefined);
      await laterPrices(database, rest.prices);
      await database.query(`analyze portfolios, securities, transactions, prices, fx_rates, position_state`);
    },
    async abort() {
      await Promise.all([transactions.abort(), prices.abort()]);
    },
  };
}

async function copyRest(tx: DatabaseTransaction, facts: FactsRest): Promise<void> {
  await tx.copyIn(
    `copy portfolios (portfolio_no, portfolio_id, base_currency, name, open_date, closed_date, cost_basis_method, cash,
       allow_short, time_zone, inflow_timing, outflow_timing) from stdin`,
    lines(facts.portfolios, ({ portfolioNo, settings: s, closedDate }) => [
      portfolioNo,
      escape(s.portfolio_id),
      s.base_currency,
      text(s.name),
      text(s.open_date),
      text(closedDate),
      s.cost_basis_method,
      s.cash,
      s.allow_short,
      escape(s.time_zone),
      s.inflow_timing,
      s.outflow_timing,
    ]),
  );
  await tx.copyIn(
    `copy securities (security_no, security_id, currency, type, name, isin, symbol, asset_class, sector, country) from stdin`,
    lines(facts.securities, ({ securityNo, details: d }) => [
      securityNo,
      escape(d.security_id),
      d.currency,
      d.type,
      text(d.name),
      text(d.isin),
      text(d.symbol),
      text(d.asset_class),
      text(d.sector),
      text(d.country),
    ]),
  );
  await tx.copyIn(
    `copy splits (security_no, date, ratio, prices_adjusted) from stdin`,
    lines(facts.splits, (s) => [s.securityNo, s.date, s.ratio, s.pricesAdjusted]),
  );
  await tx.copyIn(
    `copy fx_rates (from_currency, to_currency, day, rate) from stdin`,
    lines(facts.fxRates, (r) => [r.from, r.to, r.day, r.rate]),
  );
  await tx.copyIn(
    `copy calendar (day) from stdin`,
    lines(facts.businessDays, (day) => [day]),
  );
  // Which keys there are; what was made of each comes with its portfolio.
  await tx.copyIn(
    `copy position_state (portfolio_no, security_no, epoch, status, first_day, watermark_day, open, fold_version, checksum)
     from stdin`,
    lines(facts.keys, ([portfolioNo, securityNo]) => [
      portfolioNo,
      securityNo,
      0,
      'REPROCESSING',
      NULL,
      NULL,
      false,
      FOLD_VERSION,
      0,
    ]),
  );
}

async function insertRejected(tx: Queryable, rejected: FactsRest['rejected']): Promise<void> {
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

async function laterPrices(database: Database, prices: FactsRest['prices']): Promise<void> {
  if (prices.length === 0) return;
  await database.query(
    `update prices p set price = l.price
     from unnest($1::integer[], $2::integer[], $3::numeric[]) as l(security_no, day, price)
     where p.security_no = l.security_no and p.day = l.day`,
    [prices.map((p) => p.securityNo), prices.map((p) => p.day), prices.map((p) => p.price)],
  );
}
