/** Rules of alerts in their table, and the history of what they raised. */
import type { Phase } from '../../domain/alerts/arming.ts';
import type {
  AlertRules,
  AlertRuleView,
  AlertSettings,
  Changed,
} from '../../projections/market/alert-rules.ts';
import { checkedSettings } from '../../projections/market/alert-settings.ts';
import type { AlertAbilities } from '../../projections/market/alert-settings.ts';
import type { Database, DatabaseTransaction } from '../database/queryable.ts';
import { alertHistory } from './alert-history.ts';

export interface AlertStoreOptions {
  readonly database: Database;
  readonly abilities: AlertAbilities;
  /** How many rules there may be, 10,000 by default. */
  readonly maxRules?: number;
  /** And of one symbol, 200 by default: they are evaluated while its ticks wait. */
  readonly maxPerSymbol?: number;
}

interface RuleRow extends Omit<AlertRuleView, 'state'> {
  readonly rule_no: number;
  readonly phase: Phase | null;
}

/** Holds whoever else changes rules until the transaction is over, and tells all processes afterwards. */
const TOUCH = `update public.alert_rule_changes set version = version + 1`;

const COUNT = `
  select count(*)::integer as rules, (count(*) filter (where symbol = $1))::integer as of_symbol
  from public.alert_rules
  where deleted_at is null`;

/** Bars that are closed already are the past of the rule; the newest may be open. */
const CREATE = `
  insert into public.alert_rules (
    symbol, interval, condition, hysteresis, cooldown_s, name, webhook_url, webhook_secret, kafka, enabled,
    past_through
  )
  values ($1::text, $2::text, $3, $4, $5, $6, $7, $8, $9, $10, (
    select case when p.closes_at <= clock_timestamp() then p.newest else p.newest - interval '1 millisecond' end
    from public.bar_progress p
    join public.symbols s using (symbol_no)
    where s.symbol = $1::text and p.tier = case when $2::text = '1day' then 'historical' else 'intraday' end
  ))
  returning rule_no, rule_id, symbol, interval, condition, hysteresis, cooldown_s, name, webhook_url,
            webhook_secret is not null as webhook_secret_set, kafka, enabled,
            state #>> '{arming,phase}' as phase, occurrences as raised, created_at, updated_at`;

const CHANGE = `
  update public.alert_rules
  set symbol = $2, interval = $3, condition = $4, hysteresis = $5, cooldown_s = $6, name = $7,
      webhook_url = $8, webhook_secret = $9, kafka = $10, enabled = $11,
      version = version + 1, updated_at = clock_timestamp()
  where rule_id = $1
  returning rule_no, rule_id, symbol, interval, condition, hysteresis, cooldown_s, name, webhook_url,
            webhook_secret is not null as webhook_secret_set, kafka, enabled,
            state #>> '{arming,phase}' as phase, occurrences as raised, created_at, updated_at`;

/** Its evaluation begins anew, with what is news from now on. */
const BEGIN_ANEW = `
  update public.alert_rules r
  set state = null, since = clock_timestamp(), past_through = (
    select case when p.closes_at <= clock_timestamp() then p.newest else p.newest - interval '1 millisecond' end
    from public.bar_progress p
    join public.symbols s using (symbol_no)
    where s.symbol = $2::text and p.tier = case when $3::text = '1day' then 'historical' else 'intraday' end
  )
  where rule_id = $1`;

const HELD = `
  select symbol, interval, condition, hysteresis, cooldown_s as "cooldownS", name, webhook_url as "webhookUrl",
         webhook_secret as "webhookSecret", kafka, enabled
  from public.alert_rules
  where rule_id = $1 and deleted_at is null
  for update`;

const LIST = `
  select rule_no, rule_id, symbol, interval, condition, hysteresis, cooldown_s, name, webhook_url,
         webhook_secret is not null as webhook_secret_set, kafka, enabled,
         state #>> '{arming,phase}' as phase, occurrences as raised, created_at, updated_at
  from public.alert_rules
  where deleted_at is null and ($1::text is null or symbol = $1) and rule_no > $2
  order by rule_no
  limit $3`;

const FIND = `
  select rule_no, rule_id, symbol, interval, condition, hysteresis, cooldown_s, name, webhook_url,
         webhook_secret is not null as webhook_secret_set, kafka, enabled,
         state #>> '{arming,phase}' as phase, occurrences as raised, created_at, updated_at
  from public.alert_rules
  where rule_id = $1 and deleted_at is null`;

const REMOVE = `
  update public.alert_rules
  set deleted_at = clock_timestamp(), enabled = false, webhook_secret = null, state = null
  where rule_id = $1 and deleted_at is null
  returning rule_id`;

/** Those that are being published just now will have been. Nobody waits for that: ticks would wait too. */
const CALL_OFF = `
  with waiting as (
    select d.event_no, d.channel
    from public.alert_deliveries d
    join public.alert_events e using (event_no)
    where e.rule_id = $1 and d.delivered_at is null and d.failed_at is null
    for update of d skip locked
  )
  update public.alert_deliveries d
  set failed_at = clock_timestamp(), last_error = 'the rule was removed'
  from waiting w
  where d.event_no = w.event_no and d.channel = w.channel`;

export function createAlertStore(options: AlertStoreOptions): AlertRules {
  const { database, abilities, maxRules = 10_000, maxPerSymbol = 200 } = options;

  async function overfull(tx: DatabaseTransaction, symbol: string): Promise<Changed | undefined> {
    const [count] = await tx.query<{ rules: number; of_symbol: number }>(COUNT, [symbol]);
    if (!count || (count.rules < maxRules && count.of_symbol < maxPerSymbol)) return undefined;
    const message =
      count.rules < maxRules
        ? `has its ${maxPerSymbol} rules already`
        : `cannot have another rule: there are ${maxRules}`;
    return { ok: false, errors: [{ field: 'symbol', rule: 'too_many', message }] };
  }

  return {
    async create(settings) {
      const checked = checkedSettings(settings, abilities);
      if (!checked.ok) return checked;
      return database.transaction(async (tx) => {
        await tx.query(TOUCH);
        const refused = await overfull(tx, settings.symbol);
        if (refused) return refused;
        const [row] = await tx.query<RuleRow>(CREATE, columnsOf(settings));
        return { ok: true, rule: viewOf(row!) };
      });
    },

    async list({ symbol, limit, after }) {
      const rows = await database.query<RuleRow>(LIST, [symbol ?? null, after ?? 0, limit + 1]);
      const page = rows.slice(0, limit);
      return { rows: page.map(viewOf), next: rows.length > limit ? page.at(-1)?.rule_no : undefined };
    },

    async find(ruleId) {
      const [row] = await database.query<RuleRow>(FIND, [ruleId]);
      return row && viewOf(row);
    },

    change: (ruleId, change) =>
      database.transaction(async (tx): Promise<Changed | undefined> => {
        await tx.query(TOUCH);
        const [current] = await tx.query<AlertSettings>(HELD, [ruleId]);
        if (!current) return undefined;
        const settings = { ...current, ...change };
        const checked = checkedSettings(settings, abilities);
        if (!checked.ok) return checked;
        if (settings.symbol !== current.symbol) {
          const refused = await overfull(tx, settings.symbol);
          if (refused) return refused;
        }
        if (beginsAnew(current, settings))
          await tx.query(BEGIN_ANEW, [ruleId, settings.symbol, settings.interval]);
        const [row] = await tx.query<RuleRow>(CHANGE, [ruleId, ...columnsOf(settings)]);
        return { ok: true, rule: viewOf(row!) };
      }),

    remove: (ruleId) =>
      database.transaction(async (tx) => {
        await tx.query(TOUCH);
        const removed = await tx.query(REMOVE, [ruleId]);
        await tx.query(CALL_OFF, [ruleId]);
        return removed.length > 0;
      }),

    history: (query) => alertHistory(database, query),
  };
}

/** A change of what is watched, or a rule that was put to sleep, goes by nothing of before. */
function beginsAnew(current: AlertSettings, next: AlertSettings): boolean {
  return (
    next.symbol !== current.symbol ||
    next.interval !== current.interval ||
    next.condition !== current.condition ||
    (next.enabled && !current.enabled)
  );
}

function columnsOf(settings: AlertSettings): unknown[] {
  return [
    settings.symbol,
    settings.interval,
    settings.condition,
    settings.hysteresis,
    settings.cooldownS,
    settings.name,
    settings.webhookUrl,
    settings.webhookSecret,
    settings.kafka,
    settings.enabled,
  ];
}

function viewOf({ rule_no: _, phase, ...row }: RuleRow): AlertRuleView {
  return { ...row, state: phase ?? 'new' };
}
