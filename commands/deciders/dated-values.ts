/** Closing prices and exchange rates: what is new among values given for days. */
import type { DatedValue, DomainEvent } from '../../domain/events.ts';
import type { Decision } from './decision.ts';
import { decided, NOTHING_NEW, refuse } from './decision.ts';
import type { SecurityState } from './security.ts';
import { unknownSecurity } from './security.ts';

/** The value known for each date. */
export type KnownValues = ReadonlyMap<string, string>;

export function initialValues(): KnownValues {
  return new Map();
}

function valuesOf(event: DomainEvent): readonly DatedValue[] {
  if (event.type === 'PricesRecorded') return event.data.prices;
  return event.type === 'FxRatesRecorded' ? event.data.rates : [];
}

export function evolveValues(state: KnownValues, event: DomainEvent): KnownValues {
  return valuesAfter([event], state);
}

/** `evolveValues` over a whole stream, with one copy instead of one for each event. */
export function valuesAfter(events: Iterable<DomainEvent>, state: KnownValues = new Map()): KnownValues {
  const values = new Map(state);
  for (const event of events) for (const [date, value] of valuesOf(event)) values.set(date, value);
  return values;
}

/** The values that differ from what is known, one for each date (the last given), by date. */
export function changedValues(given: Iterable<DatedValue>, known: KnownValues): DatedValue[] {
  const last = new Map(given);
  return [...last].filter(([date, value]) => known.get(date) !== value).sort(([a], [b]) => (a < b ? -1 : 1));
}

export interface RecordPrices {
  readonly security_id: string;
  readonly currency?: string;
  readonly prices: readonly DatedValue[];
}

/** Records the closes of a security that are new or differ from those known. */
export function decidePrices(command: RecordPrices, security: SecurityState, known: KnownValues): Decision {
  const { details } = security;
  if (!details) return unknownSecurity(command.security_id);
  if (details.type === 'cash')
    return refuse('invalid', {
      field: 'security_id',
      rule: 'cash',
      message: `${command.security_id} is cash, which is always worth 1`,
    });
  if (command.currency !== undefined && command.currency !== details.currency)
    return refuse('invalid', {
      field: 'currency',
      rule: 'currency_mismatch',
      message: `${command.security_id} is kept in ${details.currency}`,
    });
  const prices = changedValues(command.prices, known);
  if (prices.length === 0) return NOTHING_NEW;
  const { security_id, currency } = details;
  return decided({ type: 'PricesRecorded', data: { security_id, currency, prices } });
}

export interface RecordFxRates {
  readonly from_currency: string;
  readonly to_currency: string;
  readonly rates: readonly DatedValue[];
}

export function decideFxRates(command: RecordFxRates, known: KnownValues): Decision {
  const rates = changedValues(command.rates, known);
  if (rates.length === 0) return NOTHING_NEW;
  const { from_currency, to_currency } = command;
  return decided({ type: 'FxRatesRecorded', data: { from_currency, to_currency, rates } });
}
