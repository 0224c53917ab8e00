import { describe, expect, it } from 'vitest';
import { day, isoDate } from '../../../domain/dates.ts';
import {
  parseCustomPeriod,
  parsePeriod,
  parsePeriods,
  resolvePeriod,
  type NamedPeriod,
} from '../../../domain/returns/periods.ts';

function named(text: string): NamedPeriod {
  const parsed = parsePeriod(text);
  if (!parsed.ok) throw new Error(parsed.errors[0]!.message);
  return parsed.value;
}

function resolved(text: string, asOf: string, inception = '2000-01-01') {
  return resolvePeriod(named(text), day(asOf), day(inception));
}

function span(text: string, asOf: string, inception?: string): string {
  const { from, to } = resolved(text, asOf, inception);
  return `${isoDate(from)} ${isoDate(to)}`;
}

describe('names of periods', () => {
  it.each([
    ['MTD', '2024-05-17', '2024-05-01 2024-05-17'],
    ['QTD', '2024-05-17', '2024-04-01 2024-05-17'],
    ['YTD', '2024-05-17', '2024-01-01 2024-05-17'],
    ['ytd', '2024-05-17', '2024-01-01 2024-05-17'],
    ['SI', '2024-05-17', '2000-01-01 2024-05-17'],
    ['6M', '2024-05-17', '2023-11-18 2024-05-17'],
    ['1Y', '2024-05-17', '2023-05-18 2024-05-17'],
    ['10Y', '2024-05-17', '2014-05-18 2024-05-17'],
    ['2023', '2024-05-17', '2023-01-01 2023-12-31'],
    ['2023-Q1', '2024-05-17', '2023-01-01 2023-03-31'],
    ['2023-q4', '2024-05-17', '2023-10-01 2023-12-31'],
    ['2024-02', '2024-05-17', '2024-02-01 2024-02-29'],
  ])('%s at %s is %s', (text, asOf, expected) => {
    expect(span(text, asOf)).toBe(expected);
  });

  it('opens trailing periods at a month end when they close at one', () => {
    expect(span('1Y', '2025-02-28')).toBe('2024-03-01 2025-02-28');
    expect(span('1Y', '2024-02-29')).toBe('2023-03-01 2024-02-29');
    expect(span('1M', '2024-03-31')).toBe('2024-03-01 2024-03-31');
    expect(span('1M', '2024-03-30')).toBe('2024-03-01 2024-03-30');
  });

  it.each(['', 'LAST', '0Y', '101Y', '2024-13', '2024-Q5', '2024-3', '24', '1D', '2024-01-05'])(
    'refuses %j',
    (text) => {
      expect(parsePeriod(text)).toMatchObject({ ok: false, errors: [{ field: 'periods', rule: 'period' }] });
    },
  );

  it('parses a list, dropping repeats and naming every error', () => {
    const good = parsePeriods('MTD, 1y,mtd');
    expect(good.ok && good.value.map((period) => period.label)).toEqual(['MTD', '1Y']);
    const bad = parsePeriods('MTD,foo,bar');
    expect(!bad.ok && bad.errors.map((error) => error.message.slice(0, 5))).toEqual(['"foo"', '"bar"']);
  });
});

describe('clipping', () => {
  it('says that a period begins at inception', () => {
    expect(resolved('10Y', '2024-05-17', '2020-02-02')).toMatchObject({
      from: day('2020-02-02'),
      notes: ['clipped_to_inception'],
      empty: false,
    });
  });

  it('says that a period ends at the day asked for', () => {
    expect(resolved('2024', '2024-05-17')).toMatchObject({
      to: day('2024-05-17'),
      notes: ['clipped_to_as_of'],
    });
  });

  it.each([
    ['2019', '2024-05-17'],
    ['2025', '2024-05-17'],
    ['SI', '2019-12-31'],
  ])('%s at %s holds no day', (text, asOf) => {
    expect(resolved(text, asOf, '2020-02-02').empty).toBe(true);
  });
});

describe('days that are not complete yet', () => {
  const incompleteFrom = (text: string, completeThrough: string) => {
    const { incompleteFrom: first } = resolvePeriod(
      named(text),
      day('2024-05-17'),
      day('2020-02-02'),
      day(completeThrough),
    );
    return first === undefined ? undefined : isoDate(first);
  };

  it('are named by the periods that reach to them', () => {
    expect(incompleteFrom('YTD', '2024-05-16')).toBe('2024-05-17');
    expect(incompleteFrom('YTD', '2024-05-17')).toBeUndefined();
    expect(incompleteFrom('2024-04', '2024-04-30')).toBeUndefined();
    expect(incompleteFrom('MTD', '2024-04-10')).toBe('2024-05-01');
  });
});

describe('periods between chosen days', () => {
  const at = (from?: string, to?: string) => {
    const parsed = parseCustomPeriod(from, to);
    if (!parsed.ok) return parsed.errors.map((error) => `${error.field} ${error.rule}`);
    const period = resolvePeriod(parsed.value, day('2024-05-17'), day('2020-02-02'));
    return `${period.label} ${isoDate(period.from)} ${isoDate(period.to)}`;
  };

  it('take inception and the day asked for where an end is left out', () => {
    expect(at('2024-01-02', '2024-01-03')).toBe('custom 2024-01-02 2024-01-03');
    expect(at('2024-01-02')).toBe('custom 2024-01-02 2024-05-17');
    expect(at(undefined, '2024-01-03')).toBe('custom 2020-02-02 2024-01-03');
  });

  it('are not the wrong way round where an end is left out and the other one is outside the history', () => {
    expect(at('2030-01-01')).toBe('custom 2030-01-01 2030-01-01');
    expect(at(undefined, '1999-12-31')).toBe('custom 1999-12-31 1999-12-31');
  });

  it('are refused when they are no dates or the wrong way round', () => {
    expect(at('2024-02-30', 'x')).toEqual(['from date', 'to date']);
    expect(at('2024-02-03', '2024-02-02')).toEqual(['from order']);
  });
});
