/** An uploaded series: defined, and given values. */
import type { DatedValue, DomainEvent, SeriesDetails } from '../../domain/events.ts';
import { compare, decimal, negate, ONE, sign } from '../../domain/decimal.ts';
import type { DefineSeries } from '../schemas/series.ts';
import { changedFields, defined } from './changes.ts';
import { changedValues } from './dated-values.ts';
import type { KnownValues } from './dated-values.ts';
import type { Decision, Refusal } from './decision.ts';
import { decided, NOTHING_NEW, refuse } from './decision.ts';
import { isSame } from './definitions.ts';

export interface SeriesState {
  /** Absent while the series is not known. */
  readonly details?: SeriesDetails;
  readonly values: KnownValues;
}

export function initialSeries(): SeriesState {
  return { values: new Map() };
}

export function evolveSeries(state: SeriesState, event: DomainEvent): SeriesState {
  return seriesAfter([event], state);
}

/** `evolveSeries` over a whole stream, with one copy of the values instead of one for each event. */
export function seriesAfter(
  events: Iterable<DomainEvent>,
  state: SeriesState = initialSeries(),
): SeriesState {
  const values = new Map(state.values);
  let { details } = state;
  for (const event of events) {
    if (event.type === 'SeriesDefined') details = event.data;
    else if (event.type === 'SeriesRecorded')
      for (const [date, value] of event.data.values) values.set(date, value);
  }
  return { ...(details ? { details } : {}), values };
}

/** What values mean is fixed once there are any. */
const FIXED = ['kind', 'currency'] as const;

export function decideDefineSeries(command: DefineSeries, state: SeriesState): Decision {
  const { series_id, name, kind, currency } = command;
  const details: SeriesDetails = defined({ series_id, name, kind, currency });
  if (isSame(state.details, details)) return NOTHING_NEW;
  if (state.details && state.values.size > 0) {
    const known = state.details;
    const changes = changedFields(known, { kind, currency });
    const fixed = FIXED.filter((field) => changes[field] !== undefined);
    if (fixed.length > 0)
      return refuse(
        'conflict',
        ...fixed.map((field) => ({
          field,
          rule: 'immutable',
          message: `series ${series_id} has values, and keeps ${field} ${known[field] ?? 'none'}`,
        })),
      );
  }
  return decided({ type: 'SeriesDefined', data: details });
}

export interface RecordSeriesValues {
  readonly series_id: string;
  readonly values: readonly DatedValue[];
}

/** Records the values that are new or differ from those known. */
export function decideSeriesValues({ series_id, values }: RecordSeriesValues, state: SeriesState): Decision {
  const { details } = state;
  if (!details) return unknownSeries(series_id);
  for (const [, value] of values) {
    const number = decimal(value);
    if (details.kind === 'level' && sign(number) <= 0)
      return refuse('invalid', { field: 'value', rule: 'positive', message: 'of a level must be above 0' });
    if (details.kind === 'rate' && compare(number, negate(ONE)) <= 0)
      return refuse('invalid', { field: 'value', rule: 'range', message: 'of a rate must be above -1' });
  }
  const changed = changedValues(values, state.values);
  if (changed.length === 0) return NOTHING_NEW;
  return decided({ type: 'SeriesRecorded', data: { series_id, values: changed } });
}

export function unknownSeries(seriesId: string, field = 'series_id'): Refusal {
  return refuse('not_found', { field, rule: 'not_found', message: `there is no series ${seriesId}` });
}
