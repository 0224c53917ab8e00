/** The statements that find and delete superseded rows, one set for each table that has them. */

export interface PrunedTable {
  /** Rows and bytes that are superseded by an epoch shown before `$1`. */
  readonly count: string;
  /** Which keys of the portfolios `$1` have rows to delete, by year. */
  readonly parts: string;
  /** Deletes those from day `$1` to `$2` of the portfolios `$3` and securities `$4`. */
  readonly remove: string;
}

export const DAILY: Readonly<Record<'snapshots' | 'series', PrunedTable>> = {
  snapshots: {
    count: `
      select count(*) as rows, coalesce(sum(pg_column_size(t.*)), 0)::bigint as bytes
      from daily_position_snapshots t
      join (select portfolio_no, security_no, max(epoch) as below_epoch from epochs
            where flipped_at < $1::timestamptz group by portfolio_no, security_no) e using (portfolio_no, security_no)
      where t.superseded_by is not null and t.superseded_by <= e.below_epoch`,
    parts: `
      select min(t.date) as "from", max(t.date) as "to", array_agg(distinct t.portfolio_no) as portfolios,
             array_agg(distinct t.security_no) as securities
      from daily_position_snapshots t join pruned_epochs p using (portfolio_no, security_no)
      where t.portfolio_no = any($1::integer[]) and t.superseded_by is not null and t.superseded_by <= p.below_epoch
      group by extract(year from t.date)`,
    remove: `
      with gone as (
        delete from daily_position_snapshots t using pruned_epochs p
        where p.portfolio_no = t.portfolio_no and p.security_no = t.security_no
          and t.superseded_by is not null and t.superseded_by <= p.below_epoch
          and t.date between $1::date and $2::date
          and t.portfolio_no = any($3::integer[]) and t.security_no = any($4::integer[])
        returning pg_column_size(t.*) as bytes)
      select count(*) as rows, coalesce(sum(bytes), 0)::bigint as bytes from gone`,
  },
  series: {
    count: `
      select count(*) as rows, coalesce(sum(pg_column_size(t.*)), 0)::bigint as bytes
      from position_timeseries t
      join (select portfolio_no, security_no, max(epoch) as below_epoch from epochs
            where flipped_at < $1::timestamptz group by portfolio_no, security_no) e using (portfolio_no, security_no)
      where t.superseded_by is not null and t.superseded_by <= e.below_epoch`,
    parts: `
      select min(t.date) as "from", max(t.date) as "to", array_agg(distinct t.portfolio_no) as portfolios,
             array_agg(distinct t.security_no) as securities
      from position_timeseries t join pruned_epochs p using (portfolio_no, security_no)
      where t.portfolio_no = any($1::integer[]) and t.superseded_by is not null and t.superseded_by <= p.below_epoch
      group by extract(year from t.date)`,
    remove: `
      with gone as (
        delete from position_timeseries t using pruned_epochs p
        where p.portfolio_no = t.portfolio_no and p.security_no = t.security_no
          and t.superseded_by is not null and t.superseded_by <= p.below_epoch
          and t.date between $1::date and $2::date
          and t.portfolio_no = any($3::integer[]) and t.security_no = any($4::integer[])
        returning pg_column_size(t.*) as bytes)
      select count(*) as rows, coalesce(sum(bytes), 0)::bigint as bytes from gone`,
  },
};

export const HISTORY: PrunedTable = {
  count: `
    select count(*) as rows, coalesce(sum(pg_column_size(t.*)), 0)::bigint as bytes
    from position_history t
    join (select portfolio_no, security_no, max(epoch) as below_epoch from epochs
          where flipped_at < $1::timestamptz group by portfolio_no, security_no) e using (portfolio_no, security_no)
    where t.superseded_by is not null and t.superseded_by <= e.below_epoch`,
  parts: `
    select date '1970-01-01' + min(t.day) as "from", date '1970-01-01' + max(t.day) as "to",
           array_agg(distinct t.portfolio_no) as portfolios, array_agg(distinct t.security_no) as securities
    from position_history t join pruned_epochs p using (portfolio_no, security_no)
    where t.portfolio_no = any($1::integer[]) and t.superseded_by is not null and t.superseded_by <= p.below_epoch
    having count(*) > 0`,
  remove: `
    with gone as (
      delete from position_history t using pruned_epochs p
      where p.portfolio_no = t.portfolio_no and p.security_no = t.security_no
        and t.superseded_by is not null and t.superseded_by <= p.below_epoch
        and t.day between $1::date - date '1970-01-01' and $2::date - date '1970-01-01'
        and t.portfolio_no = any($3::integer[]) and t.security_no = any($4::integer[])
      returning pg_column_size(t.*) as bytes)
    select count(*) as rows, coalesce(sum(bytes), 0)::bigint as bytes from gone`,
};

export const PORTFOLIO: PrunedTable = {
  count: `
    select count(*) as rows, coalesce(sum(pg_column_size(t.*)), 0)::bigint as bytes
    from portfolio_timeseries t
    join (select portfolio_no, max(epoch) as below_epoch from epochs
          where flipped_at < $1::timestamptz and security_no = 0 group by portfolio_no) e using (portfolio_no)
    where t.superseded_by is not null and t.superseded_by <= e.below_epoch`,
  parts: `
    select min(t.date) as "from", max(t.date) as "to", array_agg(distinct t.portfolio_no) as portfolios,
           '{0}'::integer[] as securities
    from portfolio_timeseries t join pruned_epochs p on p.portfolio_no = t.portfolio_no and p.security_no = 0
    where t.portfolio_no = any($1::integer[]) and t.superseded_by is not null and t.superseded_by <= p.below_epoch
    group by extract(year from t.date)`,
  remove: `
    with gone as (
      delete from portfolio_timeseries t using pruned_epochs p
      where p.portfolio_no = t.portfolio_no and p.security_no = any($4::integer[])
        and t.superseded_by is not null and t.superseded_by <= p.below_epoch
        and t.date between $1::date and $2::date and t.portfolio_no = any($3::integer[])
      returning pg_column_size(t.*) as bytes)
    select count(*) as rows, coalesce(sum(bytes), 0)::bigint as bytes from gone`,
};
