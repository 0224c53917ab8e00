/** Rules of alerts as clients see them and as they are kept, and what became of them. */
import type { AlertInterval } from '../../domain/alerts/condition.ts';
import type { Phase } from '../../domain/alerts/arming.ts';

/** What a client decides on. */
export interface AlertSettings {
  readonly symbol: string;
  readonly interval: AlertInterval;
  readonly condition: string;
  readonly hysteresis: number;
  readonly cooldownS: number;
  readonly name: string | null;
  readonly webhookUrl: string | null;
  /** Never given out. */
  readonly webhookSecret: string | null;
  readonly kafka: boolean;
  readonly enabled: boolean;
}

/** A rule as it is shown. */
export interface AlertRuleView {
  readonly rule_id: string;
  readonly symbol: string;
  readonly interval: AlertInterval;
  readonly condition: string;
  readonly hysteresis: number;
  readonly cooldown_s: number;
  readonly name: string | null;
  readonly webhook_url: string | null;
  /** Whether the rule has a secret of its own. */
  readonly webhook_secret_set: boolean;
  readonly kafka: boolean;
  readonly enabled: boolean;
  readonly state: Phase;
  /** How often it was raised. */
  readonly raised: number;
  readonly created_at: string;
  readonly updated_at: string;
}

export type Channel = 'webhook' | 'kafka';

export interface AlertDeliveryView {
  readonly channel: Channel;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly delivered_at: string | null;
  readonly last_error: string | null;
}

export interface AlertEventView {
  readonly alert_id: string;
  readonly rule_id: string;
  readonly symbol: string;
  readonly interval: string;
  readonly condition: string;
  readonly value: number;
  /** Unix milliseconds of the tick or of the end of the bar. */
  readonly at: number;
  readonly raised_at: string;
  readonly deliveries: readonly AlertDeliveryView[];
}

/** Rows in the order of the list, and the key to go on after when there are more. */
export interface AlertPage<T> {
  readonly rows: readonly T[];
  readonly next: number | undefined;
}

export interface HistoryQuery {
  readonly symbol?: string | undefined;
  readonly ruleId?: string | undefined;
  /** Unix milliseconds of `at`, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  readonly after?: number | undefined;
}

/** One thing wrong with one field, as everywhere in the API. */
export interface SettingsError {
  readonly field: string;
  readonly rule: string;
  readonly message: string;
}

export type Changed =
  | { readonly ok: true; readonly rule: AlertRuleView }
  | { readonly ok: false; readonly errors: readonly SettingsError[] };

/** All reject with infrastructure errors only. */
export interface AlertRules {
  /** Refuses what cannot be watched or sent, and a rule beyond the number that there may be. */
  create(settings: AlertSettings): Promise<Changed>;
  /** In the order they were made. */
  list(query: {
    readonly symbol?: string | undefined;
    readonly limit: number;
    readonly after?: number | undefined;
  }): Promise<AlertPage<AlertRuleView>>;
  find(ruleId: string): Promise<AlertRuleView | undefined>;
  /**
   * With another symbol, interval or condition, or awake again, it begins anew.
   * @param change what is not given stays
   * @returns `undefined` when there is no such rule
   */
  change(ruleId: string, change: Partial<AlertSettings>): Promise<Changed | undefined>;
  /** Its history stays; what was not delivered yet never will be. */
  remove(ruleId: string): Promise<boolean>;
  /** The latest first, those of removed rules among them. */
  history(query: HistoryQuery): Promise<AlertPage<AlertEventView>>;
}
