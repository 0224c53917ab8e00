import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isoDate } from '../../../domain/dates.ts';
import { format } from '../../../domain/decimal.ts';
import type { Series } from '../../../domain/books/series.ts';
import { createDefinitions } from '../../../projections/definitions/reads.ts';
import { openLog } from '../../commands/support/log.ts';
import type { LogFixture } from '../../commands/support/log.ts';

let fixture: LogFixture;
beforeAll(async () => {
  fixture = await openLog();
  await fixture.post('portfolios', [
    { portfolio_id: 'P1', base_currency: 'USD' },
    { portfolio_id: 'P2', base_currency: 'USD' },
  ]);
});
afterAll(() => fixture.close());

/** Posts, expects acceptance, and tells the position of the last event. */
async function given(name: Parameters<LogFixture['post']>[0], ...items: object[]): Promise<number> {
  const results = await fixture.post(name, items);
  expect(results.filter(({ status }) => status !== 'accepted')).toEqual([]);
  return fixture.log.head();
}

const valuesOf = (series: Series | undefined) =>
  series && Object.fromEntries(series.points.map((point) => [isoDate(point.day), format(point.price)]));

describe('definitions', () => {
  it('are what was said last, at any position, whatever was asked before', async () => {
    const reads = createDefinitions(fixture.log);
    const before = await fixture.log.head();
    expect((await reads.at()).groups.size).toBe(0);
    const one = await given('groups', { group_id: 'G', portfolio_ids: ['P1'] });
    const both = await given(
      'groups',
      { group_id: 'G', portfolio_ids: ['P1', 'P2'] },
      { group_id: 'A', portfolio_ids: ['P2'] },
    );
    const removed = await given('group-removals', { group_id: 'G' });
    const members = async (position?: number) =>
      [...(await reads.at(position)).groups].map(
        ([id, { portfolio_ids }]) => `${id} ${portfolio_ids.join()}`,
      );
    expect(await members()).toEqual(['A P2']);
    expect(await members(both)).toEqual(['A P2', 'G P1,P2']);
    expect(await members(one)).toEqual(['G P1']);
    expect(await members(before)).toEqual([]);
    expect(await members(removed)).toEqual(['A P2']);
    expect((await reads.at(both)).position).toBe(both);
    // A position that the log has yet to reach is its head, and must not be taken for read.
    expect(await members(removed + 1)).toEqual(['A P2']);
    await given('groups', { group_id: 'Z', portfolio_ids: ['P1'] });
    expect(await members(removed + 1)).toEqual(['A P2', 'Z P1']);
  });

  it('are read once: after that only what is new', async () => {
    const asked: string[] = [];
    const reads = createDefinitions({
      head: () => fixture.log.head(),
      readFeed: (after, limit, options) => {
        asked.push(`after ${after}`);
        return fixture.log.readFeed(after, limit, options);
      },
    });
    const head = await fixture.log.head();
    const first = await reads.at();
    expect(await reads.at()).toBe(first);
    expect(await reads.at(head)).toBe(first);
    const defined = await given('series', { series_id: 'NEW', kind: 'rate' });
    expect((await reads.at()).series.get('NEW')).toEqual({ series_id: 'NEW', kind: 'rate' });
    expect(await reads.at(head)).toBe(first);
    expect(asked).toEqual(['after 0', `after ${head}`]);
    expect(defined).toBe(head + 1);
  });

  it('a log that fails is asked again', async () => {
    let fails = true;
    const reads = createDefinitions({
      head: () => fixture.log.head(),
      readFeed: (after, limit, options) =>
        fails ? Promise.reject(new Error('gone')) : fixture.log.readFeed(after, limit, options),
    });
    await expect(reads.at()).rejects.toThrow('gone');
    await expect(reads.closes('S')).rejects.toThrow('gone');
    fails = false;
    expect((await reads.at()).groups.has('A')).toBe(true);
    expect(await reads.closes('S')).toBeUndefined();
  });
});

describe('closes', () => {
  it('do not jump at a split, whether given as quoted or adjusted', async () => {
    const reads = createDefinitions(fixture.log);
    expect(await reads.closes('APPLE')).toBeUndefined();
    await given('securities', { security_id: 'APPLE', currency: 'USD', sector: 'Technology' });
    expect(valuesOf((await reads.closes('APPLE'))?.values)).toEqual({});
    const price = (date: string, value: string) => ({ security_id: 'APPLE', date, price: value });
    const quoted = await given('prices', price('2014-06-06', '651'), price('2014-06-09', '93.5'));
    expect(valuesOf((await reads.closes('APPLE'))?.values)).toEqual({
      '2014-06-06': '651',
      '2014-06-09': '93.5',
    });
    const split = { security_id: 'APPLE', date: '2014-06-09', ratio: '7' };
    await given('splits', { ...split, prices_adjusted: false });
    const after = await reads.closes('APPLE');
    // 651 / 7
    expect(valuesOf(after?.values)).toEqual({ '2014-06-06': '93', '2014-06-09': '93.5' });
    expect(after?.details.sector).toBe('Technology');
    expect(valuesOf((await reads.closes('APPLE', quoted))?.values)).toEqual({
      '2014-06-06': '651',
      '2014-06-09': '93.5',
    });
    // Announced anew as adjusted: the close from before it was meant in new units all along.
    await given('prices', price('2014-06-06', '93'));
    const known = await given('splits', { ...split, prices_adjusted: true });
    const adjusted = await reads.closes('APPLE');
    expect(valuesOf(adjusted?.values)).toEqual({ '2014-06-06': '93', '2014-06-09': '93.5' });
    expect(adjusted?.version).toBe(known);
    expect(await reads.closes('APPLE')).toBe(adjusted);
  });

  it('of cash are always 1, registered or not', async () => {
    const reads = createDefinitions(fixture.log);
    const cash = await reads.closes('CASH_CHF');
    expect(cash?.details).toEqual({ security_id: 'CASH_CHF', currency: 'CHF', type: 'cash' });
    expect(format(cash!.values.at(0)!.price)).toBe('1');
  });
});

it('uploaded values are the last ones said, at any position', async () => {
  const reads = createDefinitions(fixture.log, { maxEvents: 1, maxValues: 1 });
  await given('series', { series_id: 'I', kind: 'level', currency: 'USD' });
  const value = (date: string, given: string) => ({ series_id: 'I', date, value: given });
  const first = await given('series-values', value('2025-01-02', '7'), value('2025-01-03', '8'));
  const second = await given('series-values', value('2025-01-02', '7.5'));
  const uploaded = await reads.uploaded('I');
  expect(valuesOf(uploaded?.values)).toEqual({ '2025-01-02': '7.5', '2025-01-03': '8' });
  expect(uploaded?.version).toBe(second);
  expect(valuesOf((await reads.uploaded('I', first))?.values)).toEqual({
    '2025-01-02': '7',
    '2025-01-03': '8',
  });
  expect(valuesOf((await reads.uploaded('I', first - 1))?.values)).toEqual({});
  expect(await reads.uploaded('I', first - 2)).toBeUndefined();
  expect(await reads.uploaded('NOTHING')).toBeUndefined();
});
