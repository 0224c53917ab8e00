/** Fans marks out over the keys they touch, set-wise. */
import type { Queryable } from '../database/database.ts';
import type { Mark } from '../../projections/register/model.ts';

type Scoped<S extends Mark['scope']> = Extract<Mark, { scope: S }>;

function scoped<S extends Mark['scope']>(marks: readonly Mark[], scope: S): Scoped<S>[] {
  return marks.filter((mark): mark is Scoped<S> => mark.scope === scope);
}

function common(marks: readonly Mark[]): unknown[] {
  return [
    marks.map((m) => m.fromDay),
    marks.map((m) => m.toDay ?? null),
    marks.map((m) => m.cause),
    marks.map((m) => m.position),
  ];
}

/** Every key a mark touches must have its row in `position_state` already. */
export async function writeMarks(tx: Queryable, marks: readonly Mark[]): Promise<void> {
  const keys = scoped(marks, 'key');
  if (keys.length > 0)
    await tx.query(
      `insert into dirty (portfolio_no, security_no, from_day, through_day, cause, position)
       select portfolio_no, security_no, min(from_day), null, (array_agg(cause order by position))[1], min(position)
       from unnest($1::integer[], $2::integer[], $3::integer[], $4::text[], $5::bigint[])
              as m(portfolio_no, security_no, from_day, cause, position)
       group by portfolio_no, security_no`,
      [
        keys.map((m) => m.portfolioNo),
        keys.map((m) => m.securityNo),
        keys.map((m) => m.fromDay),
        keys.map((m) => m.cause),
        keys.map((m) => m.position),
      ],
    );

  const portfolios = scoped(marks, 'portfolio_keys');
  if (portfolios.length > 0)
    await tx.query(
      `insert into dirty (portfolio_no, security_no, from_day, through_day, cause, position)
       select s.portfolio_no, s.security_no, m.from_day, null, m.cause, m.position
       from unnest($1::integer[], $2::integer[], $3::text[], $4::bigint[], $5::integer[])
              as m(from_day, to_day, cause, position, portfolio_no)
       join position_state s using (portfolio_no)`,
      [...common(portfolios), portfolios.map((m) => m.portfolioNo)],
    );

  const securities = scoped(marks, 'security');
  if (securities.length > 0)
    // A close is valid until the next one; the day after that still opens at its value.
    await tx.query(
      `insert into dirty (portfolio_no, security_no, from_day, through_day, cause, position)
       select s.portfolio_no, s.security_no, m.from_day,
              (select min(p.day) - 1 from prices p where p.security_no = m.security_no and p.day > m.to_day),
              m.cause, m.position
       from unnest($1::integer[], $2::integer[], $3::text[], $4::bigint[], $5::integer[])
              as m(from_day, to_day, cause, position, security_no)
       join position_state s using (security_no)`,
      [...common(securities), securities.map((m) => m.securityNo)],
    );

  const pairs = scoped(marks, 'fx');
  if (pairs.length > 0)
    // A key converts over the pair itself or over a cross with one leg at either of its currencies; a
    // cross is not asked while the key's own pair is known.
    await tx.query(
      `insert into dirty (portfolio_no, security_no, from_day, through_day, cause, position)
       select s.portfolio_no, s.security_no, m.from_day,
              case when own.pair then
                (select min(r.day) - 1 from fx_rates r
                 where r.from_currency = m.from_currency and r.to_currency = m.to_currency and r.day > m.to_day)
              end,
              m.cause, m.position
       from unnest($1::integer[], $2::integer[], $3::text[], $4::bigint[], $5::text[], $6::text[])
              as m(from_day, to_day, cause, position, from_currency, to_currency)
       join securities c on c.currency in (m.from_currency, m.to_currency)
                         or exists (select from portfolios b where b.base_currency in (m.from_currency, m.to_currency))
       join position_state s using (security_no)
       join portfolios p using (portfolio_no)
       cross join lateral (
         select (c.currency, p.base_currency) in ((m.from_currency, m.to_currency), (m.to_currency, m.from_currency)) as pair
       ) own
       where c.currency <> p.base_currency
         and (own.pair
              or ((c.currency in (m.from_currency, m.to_currency) or p.base_currency in (m.from_currency, m.to_currency))
                  and not exists (
                    select from fx_rates r
                    where (r.from_currency, r.to_currency) in ((c.currency, p.base_currency), (p.base_currency, c.currency))
                      and r.day <= m.from_day)))`,
      [...common(pairs), pairs.map((m) => m.from), pairs.map((m) => m.to)],
    );

  // All of them make the same days, up to the latest; until then readers lack the effect of the earliest.
  const [calendar] = scoped(marks, 'all_portfolios');
  if (calendar)
    await tx.query(
      `insert into dirty (portfolio_no, security_no, from_day, through_day, cause, position)
       select portfolio_no, 0, $1::integer, null, $2::text, $3::bigint from portfolio_state`,
      [calendar.fromDay, calendar.cause, calendar.position],
    );
}
