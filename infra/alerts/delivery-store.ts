/** Deliveries of alerts in their table. */
import type { Channel } from '../../projections/market/alert-rules.ts';
import type { DeliveryStore, Sent, WebhookDelivery } from '../../projections/market/alert-delivery.ts';
import type { AlertRaised } from '../../projections/market/model.ts';
import type { Database } from '../database/queryable.ts';

/**
 * A lease: whoever dies with it gives it back by the clock. Of one rule only so many at a time, so that a server
 * that does not answer does not keep the others waiting.
 */
const TAKE = `
  with ready as (
    select d.event_no, d.next_attempt_at, e.rule_id
    from public.alert_deliveries d
    join public.alert_events e using (event_no)
    where d.channel = 'webhook' and d.delivered_at is null and d.failed_at is null
      and d.next_attempt_at <= clock_timestamp() and e.rule_id <> all ($4::uuid[])
    order by d.next_attempt_at, d.event_no
    limit 1000
  ), ranked as (
    select event_no, row_number() over (partition by rule_id order by next_attempt_at, event_no) as place
    from ready
  ), due as (
    select d.event_no
    from public.alert_deliveries d
    join ranked r using (event_no)
    where d.channel = 'webhook' and d.delivered_at is null and d.failed_at is null
      and d.next_attempt_at <= clock_timestamp() and r.place <= $2
    order by r.place, d.event_no
    limit $1
    for update of d skip locked
  ), taken as (
    update public.alert_deliveries d
    set attempts = d.attempts + 1,
        next_attempt_at = clock_timestamp() + $3::double precision * interval '1 millisecond'
    from due
    where d.event_no = due.event_no and d.channel = 'webhook'
    returning d.event_no, d.attempts
  )
  select t.event_no, t.attempts, r.webhook_url, r.webhook_secret, r.name, e.alert_id, e.rule_id, e.symbol,
         e.interval, e.condition, e.value, (extract(epoch from e.at) * 1000)::int8 as at, e.raised_at
  from taken t
  join public.alert_events e using (event_no)
  join public.alert_rules r using (rule_id)
  order by t.event_no`;

/** Whoever took it again since then has more attempts, and the say. */
const NOTE = `
  update public.alert_deliveries
  set delivered_at = case when $4 then clock_timestamp() end,
      failed_at = case when not $4 and $6::double precision is null then clock_timestamp() end,
      next_attempt_at = coalesce(
        clock_timestamp() + $6::double precision * interval '1 millisecond', next_attempt_at),
      last_error = $5
  where event_no = $1 and channel = $2 and delivered_at is null and failed_at is null
    and ($4 or attempts = $3)`;

/** One publisher at a time, so that alerts of a symbol keep their order. */
const LEAD = `select pg_try_advisory_xact_lock($1::bigint) as held`;
const LEADER = 7_236_418_905;

const TO_PUBLISH = `
  select d.event_no, e.alert_id, e.rule_id, e.symbol, e.interval, e.condition, e.value,
         (extract(epoch from e.at) * 1000)::int8 as at, e.raised_at
  from public.alert_deliveries d
  join public.alert_events e using (event_no)
  where d.channel = 'kafka' and d.delivered_at is null and d.failed_at is null
  order by d.event_no
  limit $1
  for update of d`;

const PUBLISHED = `
  update public.alert_deliveries
  set delivered_at = clock_timestamp(), attempts = attempts + 1, last_error = null
  where channel = 'kafka' and event_no = any ($1::bigint[])`;

const NOT_PUBLISHED = `
  update public.alert_deliveries
  set attempts = attempts + 1, last_error = $2
  where channel = 'kafka' and event_no = any ($1::bigint[]) and delivered_at is null and failed_at is null`;

const BACKLOG = `
  select w.channel, count(d.event_no)::integer as rows,
         coalesce(extract(epoch from clock_timestamp() - min(e.raised_at)), 0)::float8 as "ageSeconds"
  from unnest(array['webhook', 'kafka']) as w (channel)
  left join public.alert_deliveries d
    on d.channel = w.channel and d.delivered_at is null and d.failed_at is null
  left join public.alert_events e using (event_no)
  group by w.channel
  order by w.channel`;

interface AlertRow extends AlertRaised {
  readonly event_no: number;
}

interface WebhookRow extends AlertRow {
  readonly attempts: number;
  readonly webhook_url: string | null;
  readonly webhook_secret: string | null;
  readonly name: string | null;
}

export function createDeliveryStore(database: Database): DeliveryStore {
  return {
    async takeWebhooks({ limit, perRule, leaseMs, except }) {
      const rows = await database.query<WebhookRow>(TAKE, [limit, perRule, leaseMs, except]);
      return rows.map(
        ({ event_no, attempts, webhook_url, webhook_secret, name, ...alert }): WebhookDelivery => ({
          eventNo: event_no,
          attempts,
          url: webhook_url,
          secret: webhook_secret,
          name,
          alert,
        }),
      );
    },

    async note({ eventNo, attempts }: WebhookDelivery, sent: Sent, retryMs) {
      await database.query(NOTE, [
        eventNo,
        'webhook',
        attempts,
        sent.ok,
        sent.ok ? null : sent.error.slice(0, MAX_ERROR),
        sent.ok ? null : (retryMs ?? null),
      ]);
    },

    async publish(limit, publish) {
      let tried: readonly number[] = [];
      try {
        return await database.transaction(async (tx) => {
          const [lead] = await tx.query<{ held: boolean }>(LEAD, [LEADER]);
          if (!lead?.held) return 0;
          const rows = await tx.query<AlertRow>(TO_PUBLISH, [limit]);
          if (rows.length === 0) return 0;
          tried = rows.map(({ event_no }) => event_no);
          await publish(rows.map(({ event_no: _, ...alert }) => alert));
          await tx.query(PUBLISHED, [tried]);
          return rows.length;
        });
      } catch (error) {
        if (tried.length > 0) await database.query(NOT_PUBLISHED, [tried, codeOf(error)]);
        throw error;
      }
    },

    backlog: () => database.query<{ channel: Channel; rows: number; ageSeconds: number }>(BACKLOG),
  };
}

const MAX_ERROR = 300;

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'failed';
}
