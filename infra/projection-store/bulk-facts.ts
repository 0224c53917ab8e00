/** Writes resolved facts into empty, key-less tables by `COPY`. */
import type { Database } from '../database/database.ts';
import { escape, NULL } from '../../projections/fold/text.ts';
import type { RegisterChanges } from '../../projections/register/model.ts';

function text(value: string | undefined): string {
  return value === undefined ? NULL : escape(value);
}

function* lines<T>(
  rows: Iterable<T>,
  columns: (row: T) => readonly (string | number | boolean)[],
): Generator<string> {
  for (const row of rows) yield `${columns(row).join('\t')}\n`;
}

export async function writeFactsInBulk(database: Database, facts: RegisterChanges): Promise<void> {
  await database.transaction(async (tx) => {
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
      `copy transactions (portfolio_no, security_no, target_no, transaction_id, at, rank, day, position, cancelled, fields) from stdin`,
      lines(facts.transactions, (t) => [
        t.portfolioNo,
        t.securityNo,
        t.targetNo ?? NULL,
        escape(t.fields.transaction_id),
        t.at,
        t.rank,
        t.day,
        t.position,
        t.cancelled,
        escape(JSON.stringify(t.fields)),
      ]),
    );
    await tx.copyIn(
      `copy prices (security_no, day, price) from stdin`,
      lines(facts.prices, (p) => [p.securityNo, p.day, p.price]),
    );
    await tx.copyIn(
      `copy fx_rates (from_currency, to_currency, day, rate) from stdin`,
      lines(facts.fxRates, (r) => [r.from, r.to, r.day, r.rate]),
    );
    await tx.copyIn(
      `copy calendar (day) from stdin`,
      lines(facts.businessDays, (day) => [day]),
    );
    await tx.query(
      `insert into quarantine (portfolio_no, security_no, position, reason)
       select * from unnest($1::integer[], $2::integer[], $3::bigint[], $4::text[])`,
      [
        facts.rejected.map((r) => r.portfolioNo ?? null),
        facts.rejected.map((r) => r.securityNo ?? null),
        facts.rejected.map((r) => r.position),
        facts.rejected.map((r) => r.reason),
      ],
    );
  });
}
