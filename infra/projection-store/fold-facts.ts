/** The facts a fold starts from: checkpoints, transactions, prices and rates, loaded set-wise. */
import type { DatabaseTransaction, Queryable } from '../database/database.ts';
import type { TransactionFields } from '../../domain/events.ts';
import type { Checkpoint, KeyRef, TransactionRow } from '../../projections/fold/model.ts';
import type { FoldSession, MarketRows } from '../../projections/fold/store.ts';

export async function checkpoints(
  tx: Queryable,
  points: readonly (KeyRef & { beforeDay: number })[],
  foldVersion: number,
): Promise<Checkpoint[]> {
  if (points.length === 0) return [];
  const rows = await tx.query<{
    portfolio_no: number;
    security_no: number;
    at: string;
    rank: number;
    transaction_id: string;
    day: number;
    seq: number;
    state: unknown;
  }>(
    `select c.*
     from unnest($1::integer[], $2::integer[], $3::integer[]) as p(portfolio_no, security_no, before_day)
     cross join lateral (
       select c.portfolio_no, c.security_no, c.at, c.rank, c.transaction_id, c.day, c.seq, c.state
       from fold_checkpoints c
       where c.portfolio_no = p.portfolio_no and c.security_no = p.security_no and c.day < p.before_day
         and c.fold_version = $4
       order by c.at desc, c.rank desc, c.transaction_id desc
       limit 1
     ) c`,
    [
      points.map((p) => p.portfolioNo),
      points.map((p) => p.securityNo),
      points.map((p) => p.beforeDay),
      foldVersion,
    ],
  );
  return rows.map((row) => ({
    portfolioNo: row.portfolio_no,
    securityNo: row.security_no,
    at: row.at,
    rank: row.rank,
    transactionId: row.transaction_id,
    day: row.day,
    seq: row.seq,
    state: row.state,
  }));
}

export async function transactions(
  tx: Queryable,
  points: readonly (KeyRef & { at: string | null })[],
): Promise<TransactionRow[]> {
  const rows = await tx.query<{
    portfolio_no: number;
    security_no: number;
    transaction_id: string;
    fields: TransactionFields;
  }>(
    `select t.portfolio_no, t.security_no, t.transaction_id, t.fields
     from unnest($1::integer[], $2::integer[], $3::timestamptz[]) as p(portfolio_no, security_no, at)
     join transactions t on t.portfolio_no = p.portfolio_no and t.security_no = p.security_no
                        and t.at >= coalesce(p.at, '-infinity') and not t.cancelled`,
    [points.map((p) => p.portfolioNo), points.map((p) => p.securityNo), points.map((p) => p.at)],
  );
  return rows.map((row) => ({
    portfolioNo: row.portfolio_no,
    securityNo: row.security_no,
    transactionId: row.transaction_id,
    fields: row.fields,
  }));
}

export async function paidTransactions(
  tx: Queryable,
  points: readonly { portfolioNo: number; currency: string; at: string | null }[],
): Promise<(TransactionRow & { currency: string })[]> {
  const rows = await tx.query<{
    portfolio_no: number;
    security_no: number;
    currency: string;
    transaction_id: string;
    fields: TransactionFields;
  }>(
    `select t.portfolio_no, t.security_no, p.currency, t.transaction_id, t.fields
     from unnest($1::integer[], $2::text[], $3::timestamptz[]) as p(portfolio_no, currency, at)
     join transactions t on t.portfolio_no = p.portfolio_no and t.at >= coalesce(p.at, '-infinity') and not t.cancelled
     join securities s on s.security_no = t.security_no and s.currency = p.currency and s.type <> 'cash'
     join position_state k on k.portfolio_no = t.portfolio_no and k.security_no = t.security_no
     where not exists (
             select from pending_transactions w
             where w.portfolio_no = t.portfolio_no and w.transaction_id = t.transaction_id)
       and (k.status <> 'FAILED' or exists (
             select from position_history h
             where h.portfolio_no = t.portfolio_no and h.security_no = t.security_no
               and h.transaction_id = t.transaction_id and h.superseded_by is null))`,
    [points.map((p) => p.portfolioNo), points.map((p) => p.currency), points.map((p) => p.at)],
  );
  return rows.map((row) => ({
    portfolioNo: row.portfolio_no,
    securityNo: row.security_no,
    currency: row.currency,
    transactionId: row.transaction_id,
    fields: row.fields,
  }));
}

/** One statement after the other. */
const inTurn: DatabaseTransaction['together'] = async <T extends readonly unknown[]>(work: {
  readonly [K in keyof T]: () => Promise<T[K]>;
}): Promise<T> => {
  const results: unknown[] = [];
  for (const run of work) results.push(await run());
  return results as readonly unknown[] as T;
};

/** @param together how statements that need not wait for one another are sent */
export async function market(
  tx: Queryable,
  { securities, currencies, from, to }: Parameters<FoldSession['market']>[0],
  together = inTurn,
): Promise<MarketRows> {
  const numbers = securities.map((s) => s.securityNo);
  const nothing = numbers.length === 0;
  const [prices, splits, fxRates] = await together([
    async () =>
      nothing
        ? []
        : tx.query<{ security_no: number; day: number; price: string }>(
            `select w.security_no, p.day, p.price
             from unnest($1::integer[], $2::integer[]) as w(security_no, from_day)
             cross join lateral (
               (select p.day, p.price from prices p
                where p.security_no = w.security_no and p.day < w.from_day order by p.day desc limit 1)
               union all
               (select p.day, p.price from prices p
                where p.security_no = w.security_no and p.day between w.from_day and $3 order by p.day)
             ) p`,
            [numbers, securities.map((s) => s.from), to],
          ),
    async () =>
      nothing
        ? []
        : tx.query<{ security_no: number; day: number; ratio: string; prices_adjusted: boolean }>(
            `select security_no, date - date '1970-01-01' as day, ratio, prices_adjusted
             from splits where security_no = any($1::integer[]) order by security_no, date`,
            [numbers],
          ),
    async () =>
      currencies.length < 2
        ? []
        : tx.query<{ from_currency: string; to_currency: string; day: number; rate: string }>(
            `with pairs as (
               select distinct from_currency, to_currency from fx_rates
               where from_currency = any($1::text[]) or to_currency = any($1::text[])
             )
             select w.from_currency, w.to_currency, r.day, r.rate
             from pairs w
             cross join lateral (
               (select r.day, r.rate from fx_rates r
                where r.from_currency = w.from_currency and r.to_currency = w.to_currency and r.day < $2
                order by r.day desc limit 1)
               union all
               (select r.day, r.rate from fx_rates r
                where r.from_currency = w.from_currency and r.to_currency = w.to_currency and r.day between $2 and $3
                order by r.day)
             ) r`,
            [currencies, from, to],
          ),
  ]);
  return {
    prices: prices.map((p) => ({ securityNo: p.security_no, day: p.day, price: p.price })),
    splits: splits.map((s) => ({
      securityNo: s.security_no,
      day: s.day,
      ratio: s.ratio,
      pricesAdjusted: s.prices_adjusted,
    })),
    fxRates: fxRates.map((r) => ({ from: r.from_currency, to: r.to_currency, day: r.day, rate: r.rate })),
  };
}
