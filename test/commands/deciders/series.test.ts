import { describe, it } from 'vitest';
import {
  decideDefineSeries,
  decideSeriesValues,
  evolveSeries,
  initialSeries,
} from '../../../commands/deciders/series.ts';
import type { DatedValue, DomainEvent } from '../../../domain/events.ts';
import { spec } from '../support/spec.ts';

const given = spec(decideDefineSeries, evolveSeries, initialSeries);
const givenForValues = spec(decideSeriesValues, evolveSeries, initialSeries);

const levels: DomainEvent = {
  type: 'SeriesDefined',
  data: { series_id: 'I', kind: 'level', currency: 'USD' },
};
const rates: DomainEvent = { type: 'SeriesDefined', data: { series_id: 'I', kind: 'rate' } };
const recorded = (...values: DatedValue[]): DomainEvent => ({
  type: 'SeriesRecorded',
  data: { series_id: 'I', values },
});

describe('defining a series', () => {
  const level = { series_id: 'I', kind: 'level', currency: 'USD' } as const;
  it('says it once', () => {
    given().when(level).then(levels);
    given(levels, recorded(['2025-01-02', '7']))
      .when(level)
      .thenNothing();
  });
  it('may change its kind and currency until there are values', () => {
    given(levels).when({ series_id: 'I', kind: 'rate' }).then(rates);
    given(levels, recorded(['2025-01-02', '7']))
      .when({ series_id: 'I', kind: 'rate' })
      .thenRefused('conflict', 'kind immutable');
    given(levels, recorded(['2025-01-02', '7']))
      .when({ ...level, currency: 'EUR' })
      .thenRefused('conflict', 'currency immutable');
  });
  it('may always change its name', () =>
    given(levels, recorded(['2025-01-02', '7']))
      .when({ ...level, name: 'Index' })
      .then({
        type: 'SeriesDefined',
        data: { series_id: 'I', name: 'Index', kind: 'level', currency: 'USD' },
      }));
});

describe('values of a series', () => {
  const values = (...given: DatedValue[]) => ({ series_id: 'I', values: given });
  it('are recorded where they are new or other ones, by date', () =>
    givenForValues(levels, recorded(['2025-01-02', '7'], ['2025-01-03', '8']))
      .when(values(['2025-01-06', '9'], ['2025-01-03', '8'], ['2025-01-02', '7.5']))
      .then(recorded(['2025-01-02', '7.5'], ['2025-01-06', '9'])));
  it('are nothing new the second time', () =>
    givenForValues(levels, recorded(['2025-01-02', '7']))
      .when(values(['2025-01-02', '7']))
      .thenNothing());
  it('need their series', () =>
    givenForValues()
      .when(values(['2025-01-02', '7']))
      .thenRefused('not_found', 'series_id not_found'));
  it('are above 0 of levels, above -1 of rates', () => {
    givenForValues(levels)
      .when(values(['2025-01-02', '0']))
      .thenRefused('invalid', 'value positive');
    givenForValues(rates)
      .when(values(['2025-01-02', '-1']))
      .thenRefused('invalid', 'value range');
    givenForValues(rates)
      .when(values(['2025-01-02', '-0.99']))
      .then(recorded(['2025-01-02', '-0.99']));
  });
});
