/** Alerts that were raised, with what became of their deliveries. */
import type {
  AlertDeliveryView,
  AlertEventView,
  AlertPage,
  HistoryQuery,
} from '../../projections/market/alert-rules.ts';
import type { Queryable } from '../database/queryable.ts';

/** Deliveries come as JSON, whose times are ISO texts of the server's making. */
const HISTORY = `
  select e.event_no, e.alert_id, e.rule_id, e.symbol, e.interval, e.condition, e.value,
         (extract(epoch from e.at) * 1000)::int8 as at, e.raised_at,
         coalesce((
           select json_agg(json_build_object(
             'channel', d.channel,
             'status', case when d.delivered_at is not null then 'delivered'
                            when d.failed_at is not null then 'failed'
                            else 'pending' end,
             'attempts', d.attempts,
             'next_attempt_at', case when d.delivered_at is null and d.failed_at is null
                                     then d.next_attempt_at end,
             'delivered_at', d.delivered_at,
             'last_error', d.last_error
           ) order by d.channel desc)
           from public.alert_deliveries d
           where d.event_no = e.event_no
         ), '[]') as deliveries
  from public.alert_events e
  where ($1::text is null or e.symbol = $1) and ($2::uuid is null or e.rule_id = $2)
    and ($3::double precision is null or e.at >= to_timestamp($3::double precision / 1000))
    and ($4::double precision is null or e.at <= to_timestamp($4::double precision / 1000))
    and ($5::bigint is null or e.event_no < $5)
  order by e.event_no desc
  limit $6`;

interface HistoryRow extends Omit<AlertEventView, 'deliveries'> {
  readonly event_no: number;
  readonly deliveries: readonly AlertDeliveryView[];
}

export async function alertHistory(
  db: Queryable,
  { symbol, ruleId, from, to, after, limit }: HistoryQuery,
): Promise<AlertPage<AlertEventView>> {
  const rows = await db.query<HistoryRow>(HISTORY, [
    symbol ?? null,
    ruleId ?? null,
    from ?? null,
    to ?? null,
    after ?? null,
    limit + 1,
  ]);
  const page = rows.slice(0, limit);
  return {
    rows: page.map(({ event_no: _, deliveries, ...event }) => ({
      ...event,
      deliveries: deliveries.map((delivery) => ({
        ...delivery,
        next_attempt_at: isoTime(delivery.next_attempt_at),
        delivered_at: isoTime(delivery.delivered_at),
      })),
    })),
    next: rows.length > limit ? page.at(-1)?.event_no : undefined,
  };
}

function isoTime(text: string | null): string | null {
  return text === null ? null : new Date(text).toISOString();
}
