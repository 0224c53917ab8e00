/** Rules as they are evaluated, and what an evaluation leaves: states, events, and what is to be delivered. */
import { randomUUID } from 'node:crypto';
import type { AlertInterval } from '../../domain/alerts/condition.ts';
import type { AlertState, Raised } from '../../domain/alerts/evaluate.ts';
import type { BarState } from '../../domain/alerts/watch-bars.ts';
import type { AlertRaised } from '../../projections/market/model.ts';
import type { Queryable } from '../database/queryable.ts';

export interface RuleRow {
  readonly rule_id: string;
  readonly symbol: string;
  readonly interval: AlertInterval;
  readonly condition: string;
  readonly hysteresis: number;
  readonly cooldown_s: number;
  /** A `BarState` unless the interval is `tick`. */
  readonly state: BarState | null;
  readonly occurrences: number;
  /** Unix milliseconds. */
  readonly since: number;
  readonly past_through: number | null;
  readonly has_webhook: boolean;
  readonly kafka: boolean;
}

/** A rule with what became of it. */
export interface Watched {
  readonly row: RuleRow;
  readonly state: AlertState | BarState;
  /** In order. */
  readonly raised: readonly Raised[];
}

const READ = `
  select rule_id, symbol, interval, condition, hysteresis, cooldown_s, state, occurrences,
         (extract(epoch from since) * 1000)::int8 as since,
         (extract(epoch from past_through) * 1000)::int8 as past_through,
         webhook_url is not null as has_webhook, kafka
  from public.alert_rules
  where rule_id = any ($1::uuid[]) and enabled and deleted_at is null
  order by rule_id`;

const LOCK = `
  select rule_id, symbol, interval, condition, hysteresis, cooldown_s, state, occurrences,
         (extract(epoch from since) * 1000)::int8 as since,
         (extract(epoch from past_through) * 1000)::int8 as past_through,
         webhook_url is not null as has_webhook, kafka
  from public.alert_rules
  where rule_id = any ($1::uuid[]) and enabled and deleted_at is null
  order by rule_id
  for no key update`;

export function readRules(db: Queryable, ids: readonly string[]): Promise<RuleRow[]> {
  return db.query<RuleRow>(READ, [ids]);
}

/** Whoever else evaluates or changes them waits until this transaction is over. */
export function lockRules(tx: Queryable, ids: readonly string[]): Promise<RuleRow[]> {
  return tx.query<RuleRow>(LOCK, [ids]);
}

const STORE_STATES = `
  update public.alert_rules r
  set state = w.state, occurrences = r.occurrences + w.raised
  from unnest($1::uuid[], $2::json[], $3::integer[]) as w (rule_id, state, raised)
  where r.rule_id = w.rule_id`;

const ADD_EVENTS = `
  with added as (
    insert into public.alert_events (alert_id, rule_id, occurrence, symbol, interval, condition, value, at)
    select w.alert_id, w.rule_id, w.occurrence, r.symbol, r.interval, r.condition, w.value,
           to_timestamp(w.at::double precision / 1000)
    from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::double precision[], $5::bigint[])
           with ordinality as w (alert_id, rule_id, occurrence, value, at, place)
    join public.alert_rules r using (rule_id)
    order by w.place
    returning event_no, alert_id, rule_id, raised_at
  ), due as (
    insert into public.alert_deliveries (event_no, channel)
    select a.event_no, c.channel
    from added a
    join public.alert_rules r using (rule_id)
    cross join lateral (
      select 'webhook' as channel where r.webhook_url is not null
      union all
      select 'kafka' where r.kafka
    ) c
  )
  select alert_id, raised_at from added`;

/** Stores states and adds what was raised, with the rows of the rules held. */
export async function storeWatched(tx: Queryable, watched: readonly Watched[]): Promise<AlertRaised[]> {
  if (watched.length === 0) return [];
  await tx.query(STORE_STATES, [
    watched.map(({ row }) => row.rule_id),
    watched.map(({ state }) => JSON.stringify(state)),
    watched.map(({ raised }) => raised.length),
  ]);
  const alerts = watched.flatMap(({ row, raised }) =>
    raised.map(({ value, at }, index) => ({
      alert_id: randomUUID(),
      occurrence: row.occurrences + index + 1,
      row,
      value,
      at,
    })),
  );
  if (alerts.length === 0) return [];
  const added = await tx.query<{ alert_id: string; raised_at: string }>(ADD_EVENTS, [
    alerts.map(({ alert_id }) => alert_id),
    alerts.map(({ row }) => row.rule_id),
    alerts.map(({ occurrence }) => occurrence),
    alerts.map(({ value }) => value),
    alerts.map(({ at }) => at),
  ]);
  const raisedAt = new Map(added.map(({ alert_id, raised_at }) => [alert_id, raised_at]));
  return alerts.map(({ alert_id, row, value, at }) => ({
    alert_id,
    rule_id: row.rule_id,
    symbol: row.symbol,
    interval: row.interval,
    condition: row.condition,
    value,
    at,
    raised_at: raisedAt.get(alert_id) ?? '',
  }));
}
