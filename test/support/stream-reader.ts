/** A reader that looks at the read model every few milliseconds and says what it should never have seen. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Queryable } from '../../infra/database/database.ts';
import type { Books } from './books.ts';
import { brokenInvariants } from './invariants.ts';

export interface StreamReader {
  /** How many there were so far. */
  looks(): number;
  /** Stops looking; what was broken at any look, and how many looks there were at how many different states. */
  stop(): Promise<{ broken: readonly object[]; looks: number; states: number }>;
}

const PAUSE_MS = 3;
const MOST_TOLD = 10;
/** Every so many looks everything that must hold is looked at. */
const THOROUGH_EVERY = 20;

/**
 * What each position must come to on a day of its portfolio that can be seen, by the facts alone: what was bought
 * and sold up to the day, at its last close. A position that is still to be folded from that day on stands as it
 * stood before, and so does its portfolio; one with transactions that could not be applied yet is left out.
 */
const PARTIAL = `
  with held as (
    select d.portfolio_no, d.date, t.security_no,
           sum(case t.fields ->> 'transaction_type' when 'BUY' then 1 when 'SELL' then -1 else 0 end
               * (t.fields ->> 'quantity')::numeric) as quantity
    from portfolio_timeseries d
    join transactions t on t.portfolio_no = d.portfolio_no and t.day <= d.date - date '1970-01-01'
    join securities s on s.security_no = t.security_no and s.type <> 'cash'
    where d.superseded_by is null and not t.cancelled
      and not exists (select from dirty m
                      where m.portfolio_no = t.portfolio_no and m.security_no = t.security_no
                        and m.from_day <= d.date - date '1970-01-01')
      and not exists (select from pending_transactions p
                      where p.portfolio_no = t.portfolio_no and p.security_no = t.security_no)
    group by d.portfolio_no, d.date, t.security_no
  )
  select 'a day built from part of its positions' as broken, h.portfolio_no, h.security_no, h.date, h.quantity,
         c.price, r.quantity as found, r.eod_market_value, r.eod_market_value_base
  from held h
  left join lateral (
    select price from prices c
    where c.security_no = h.security_no and c.day <= h.date - date '1970-01-01' order by c.day desc limit 1
  ) c on true
  left join position_timeseries r
    on r.portfolio_no = h.portfolio_no and r.security_no = h.security_no and r.date = h.date
   and r.superseded_by is null
  where (h.quantity <> 0 and r.date is null)
     or r.quantity <> h.quantity
     or (h.quantity <> 0 and r.eod_market_value is distinct from h.quantity * c.price)
     or r.eod_market_value_base is null and r.date is not null`;

/** The least that any reader relies on, and what tells one state of the books from another. */
const NOT_THE_SUM = `
  select 'portfolio row is not the sum' as broken, d.portfolio_no, null::integer, d.date, d.eod_market_value,
         sum(r.eod_market_value_base), sum(r.eod_cashflow_base), sum(r.bod_market_value_base), sum(r.income_base)
  from portfolio_timeseries d
  left join position_timeseries r
    on r.portfolio_no = d.portfolio_no and r.date = d.date and r.superseded_by is null
  where d.superseded_by is null
  group by d.portfolio_no, d.date, d.eod_market_value, d.bod_market_value, d.eod_cashflow, d.bod_cashflow, d.income
  having (d.eod_market_value, d.bod_market_value, d.eod_cashflow, d.bod_cashflow, d.income)
         is distinct from (coalesce(sum(r.eod_market_value_base), 0), coalesce(sum(r.bod_market_value_base), 0),
                           coalesce(sum(r.eod_cashflow_base), 0), coalesce(sum(r.bod_cashflow_base), 0),
                           coalesce(sum(r.income_base), 0))`;

const LOOK = `
  select state, broken.*
  from (select concat_ws('/', (select position from checkpoints), (select count(*) from dirty),
                         (select count(*) from portfolio_timeseries)) as state) s
  left join (${PARTIAL} union all ${NOT_THE_SUM}) broken on true`;

/** What a look at one snapshot shows: one statement, which is quick. */
async function look(db: Queryable): Promise<{ state: string; broken: object[] }> {
  const rows = await db.query<{ state: string; broken: string | null }>(LOOK);
  return { state: rows[0]!.state, broken: rows.filter(({ broken }) => broken !== null) };
}

/** What is broken in one snapshot, in any respect; `tx` must be REPEATABLE READ. */
export async function brokenDays(tx: Queryable): Promise<object[]> {
  return [...(await look(tx)).broken, ...(await brokenInvariants(tx))];
}

export function startReader(books: Books): StreamReader {
  const database = books.db.open({ searchPath: 'gen_a,public', maxConnections: 1 });
  const broken: object[] = [];
  const states = new Set<string>();
  let looks = 0;
  let stopping = false;
  const looking = (async () => {
    while (!stopping) {
      const seen = await look(database);
      states.add(seen.state);
      looks += 1;
      const found = [...seen.broken];
      if (looks % THOROUGH_EVERY === 0)
        found.push(
          ...(await database.transaction(brokenInvariants, { isolation: 'repeatable read', readOnly: true })),
        );
      if (broken.length < MOST_TOLD) broken.push(...found);
      await delay(PAUSE_MS);
    }
  })();
  return {
    looks: () => looks,
    async stop() {
      stopping = true;
      await looking;
      return { broken, looks, states: states.size };
    },
  };
}
