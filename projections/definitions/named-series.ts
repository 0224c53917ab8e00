/** The closes of a security and the values of an uploaded series, made of the events of their streams. */
import { ALWAYS_ONE, closesInNewestUnits } from '../../domain/benchmarks/closes.ts';
import { createSeries, seriesOf } from '../../domain/books/series.ts';
import { day } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { decimal } from '../../domain/decimal.ts';
import type { EventData, SecurityDetails, SeriesDetails } from '../../domain/events.ts';
import { cashCurrency } from '../../domain/events.ts';
import type { StoredEvent } from '../../domain/log.ts';
import type { NamedSeries } from './definitions.ts';

const NO_VALUES = seriesOf([]);

function lastPosition(events: readonly StoredEvent[]): number {
  return events.at(-1)?.position ?? 0;
}

/** What a security is known as; cash is known by its name alone, as in the books. */
function securityDetails(securityId: string, events: readonly StoredEvent[]): SecurityDetails | undefined {
  const currency = cashCurrency(securityId);
  let details: SecurityDetails | undefined =
    currency === undefined ? undefined : { security_id: securityId, currency, type: 'cash' };
  for (const event of events) {
    if (event.type === 'SecurityRegistered') details = event.data;
    else if (event.type === 'SecurityDetailsChanged' && details)
      details = { ...details, ...event.data.changes };
  }
  return details;
}

/** @param own the events of the security's stream @param priced those of its prices */
export function closesFrom(
  securityId: string,
  own: readonly StoredEvent[],
  priced: readonly StoredEvent[],
): NamedSeries<SecurityDetails> | undefined {
  const details = securityDetails(securityId, own);
  if (!details) return undefined;
  const version = Math.max(lastPosition(own), lastPosition(priced));
  if (details.type === 'cash') return { details, values: ALWAYS_ONE, version };
  const closes = new Map<Day, string>();
  for (const event of priced)
    if (event.type === 'PricesRecorded' && event.data.currency === details.currency)
      for (const [date, price] of event.data.prices) closes.set(day(date), price);
  return { details, values: closesInNewestUnits(closes, splitsFrom(own)), version };
}

/** A split announced again for its day replaces the former announcement. */
function splitsFrom(own: readonly StoredEvent[]) {
  const splits = new Map<string, EventData['SplitAnnounced']>();
  for (const event of own) if (event.type === 'SplitAnnounced') splits.set(event.data.date, event.data);
  return [...splits.values()].map((split) => ({
    day: day(split.date),
    ratio: decimal(split.ratio),
    pricesAdjusted: split.prices_adjusted,
  }));
}

/** @param events those of the stream of the series */
export function uploadedFrom(events: readonly StoredEvent[]): NamedSeries<SeriesDetails> | undefined {
  let details: SeriesDetails | undefined;
  const values = new Map<Day, string>();
  for (const event of events) {
    if (event.type === 'SeriesDefined') details = event.data;
    else if (event.type === 'SeriesRecorded')
      for (const [date, value] of event.data.values) values.set(day(date), value);
  }
  if (!details) return undefined;
  return {
    details,
    values: values.size === 0 ? NO_VALUES : createSeries([...values]),
    version: lastPosition(events),
  };
}
