/** What tests of alerts share. */
import type { AlertSettings } from '../../projections/market/alert-rules.ts';
import type { AlertAbilities } from '../../projections/market/alert-settings.ts';
import type { MarketEvent } from '../../projections/market/model.ts';

/** An installation that can do everything. */
export const ABLE: AlertAbilities = { webhookHosts: ['127.0.0.1'], webhookSecret: true, kafka: true };

export function settings(condition: string, fields: Partial<AlertSettings> = {}): AlertSettings {
  return {
    symbol: 'AAPL',
    interval: 'tick',
    condition,
    hysteresis: 0,
    cooldownS: 0,
    name: null,
    webhookUrl: null,
    webhookSecret: null,
    kafka: false,
    enabled: true,
    ...fields,
  };
}

/** The values at which alerts were raised. */
export function valuesOf(events: readonly MarketEvent[]): number[] {
  return events.flatMap((event) => (event.type === 'alerts' ? event.alerts.map(({ value }) => value) : []));
}
