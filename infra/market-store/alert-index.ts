/** Which rules watch what, kept in the process: a batch that no rule watches costs one look at one row. */
import type { AlertInterval, AlertRule, Condition } from '../../domain/alerts/condition.ts';
import { parseCondition } from '../../domain/alerts/parse.ts';
import type { Tier } from '../../projections/market/model.ts';
import type { Queryable } from '../database/queryable.ts';

/** Ids of rules by symbol. */
export type RulesBySymbol = ReadonlyMap<string, readonly string[]>;

export interface WatchedSymbols {
  readonly prices: RulesBySymbol;
  readonly bars: Readonly<Record<Tier, RulesBySymbol>>;
}

export interface RuleIndex {
  current(db: Queryable): Promise<WatchedSymbols>;
}

const VERSION = `select version from public.alert_rule_changes`;

const LIVE = `
  select rule_id, symbol, interval
  from public.alert_rules
  where enabled and deleted_at is null
  order by rule_id`;

interface LiveRow {
  readonly rule_id: string;
  readonly symbol: string;
  readonly interval: AlertInterval;
}

export function createRuleIndex(): RuleIndex {
  let known: { readonly version: number; readonly symbols: WatchedSymbols } | undefined;
  return {
    async current(db) {
      const [row] = await db.query<{ version: number }>(VERSION);
      const version = row?.version ?? 0;
      // Rules that are newer than their version are read once more next time.
      if (known?.version !== version) known = { version, symbols: grouped(await db.query<LiveRow>(LIVE)) };
      return known.symbols;
    },
  };
}

function grouped(rows: readonly LiveRow[]): WatchedSymbols {
  const of = (wanted: (interval: AlertInterval) => boolean): RulesBySymbol => {
    const bySymbol = new Map<string, string[]>();
    for (const { rule_id, symbol, interval } of rows) {
      if (!wanted(interval)) continue;
      const ids = bySymbol.get(symbol);
      if (ids) ids.push(rule_id);
      else bySymbol.set(symbol, [rule_id]);
    }
    return bySymbol;
  };
  return {
    prices: of((interval) => interval === 'tick'),
    bars: {
      intraday: of((interval) => interval !== 'tick' && interval !== '1day'),
      historical: of((interval) => interval === '1day'),
    },
  };
}

/** Conditions as they were read last; forgotten when there are too many. */
const MAX_CONDITIONS = 10_000;
const conditions = new Map<string, Condition>();

function conditionOf(ruleId: string, text: string, interval: AlertInterval): Condition {
  const key = `${interval} ${text}`;
  const known = conditions.get(key);
  if (known) return known;
  const parsed = parseCondition(text, interval);
  if (!parsed.ok) throw new Error(`the condition of rule ${ruleId} ${parsed.error.message}`);
  if (conditions.size >= MAX_CONDITIONS) conditions.clear();
  conditions.set(key, parsed.condition);
  return parsed.condition;
}

/** @throws Error for a condition that nobody could have stored */
export function ruleOf(row: {
  readonly rule_id: string;
  readonly condition: string;
  readonly interval: AlertInterval;
  readonly hysteresis: number;
  readonly cooldown_s: number;
}): AlertRule {
  return {
    condition: conditionOf(row.rule_id, row.condition, row.interval),
    hysteresis: row.hysteresis,
    cooldownMs: row.cooldown_s * 1000,
  };
}
