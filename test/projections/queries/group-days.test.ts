import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { streams } from '../../../domain/events.ts';
import { positionsOn } from '../../../projections/queries/positions.ts';
import { found } from '../../../projections/queries/reading.ts';
import type { SubjectTimeseries } from '../../../projections/queries/timeseries.ts';
import { facts } from '../../support/books.ts';
import { group, moved, ofGroup, openGroupBooks } from '../../support/groups.ts';
import type { GroupBooks } from '../../support/groups.ts';

let at: GroupBooks;

beforeAll(async () => {
  at = await openGroupBooks();
  await at.books.project(
    ...['A', 'B'].map((id) => facts.portfolio(id)),
    moved('A', 'DEPOSIT', '2025-01-01', { cash: '1000' }),
    moved('B', 'DEPOSIT', '2025-01-01', { cash: '500' }),
    group('both', 'EUR', ['A', 'B']),
    facts.closeDay('2025-01-05'),
  );
});
afterAll(() => at.books.close());

describe('members of several base currencies', () => {
  beforeAll(() =>
    at.books.project(
      facts.portfolio('U', { base_currency: 'USD' }),
      facts.portfolio('E'),
      facts.security('CASH_USD', 'USD', { type: 'cash' }),
      facts.fx('EUR', 'USD', [
        ['2025-01-01', '1.25'],
        ['2025-01-02', '1.6'],
        ['2025-01-03', '2'],
      ]),
      moved('U', 'DEPOSIT', '2025-01-01', { cash: '1000', currency: 'USD' }),
      moved('E', 'DEPOSIT', '2025-01-01', { cash: '500' }),
      moved('U', 'WITHDRAWAL', '2025-01-03', { cash: '100', currency: 'USD' }),
      moved('E', 'DEPOSIT', '2025-01-03', { cash: '100', currency: 'USD' }),
      group('world', 'USD', ['E', 'U']),
      group('pounds', 'GBP', ['E', 'U']),
    ),
  );

  const figures = ({ rows }: SubjectTimeseries) =>
    rows
      .slice(0, 3)
      .map((row) => [
        row.bod_market_value,
        row.bod_cashflow,
        row.eod_cashflow,
        row.eod_market_value,
        row.twr,
      ]);

  const inDollars = [
    // 1,000 + 500 × 1.25; 1,000 + 500 × 1.6; 900 + (500 + 100 / 2) × 2.
    ['0.00', '1625.00', '0.00', '1625.00', '0'],
    ['1625.00', '0.00', '0.00', '1800.00', '0.107692307692'],
    ['1800.00', '0.00', '0.00', '2000.00', '0.111111111111'],
  ];
  const inEuros = [
    // 1,000 / 1.25 + 500; 1,000 / 1.6 + 500; 900 / 2 + 500 + 100 / 2.
    ['0.00', '1300.00', '0.00', '1300.00', '0'],
    ['1300.00', '0.00', '0.00', '1125.00', '-0.134615384615'],
    ['1125.00', '0.00', '0.00', '1000.00', '-0.111111111111'],
  ];

  test('are converted day by day: into the first one’s, the stored group’s, or any other', async () => {
    expect(figures(await at.days(ofGroup('U,E')))).toEqual(inDollars);
    expect(figures(await at.days(ofGroup('E,U')))).toEqual(inEuros);
    expect(figures(await at.days(ofGroup('world')))).toEqual(inDollars);
    expect(figures(await at.days(ofGroup('world'), 'EUR'))).toEqual(inEuros);
  });

  test('have no figures without a rate, which is never 1', async () => {
    for (const run of [at.performance, at.days])
      await expect(run(ofGroup('pounds'))).rejects.toThrow('no rate from EUR to GBP for 2025-01-01');
  });

  test('have other figures once a rate is another', async () => {
    const [tag] = await versions('world');
    await at.books.project(facts.fx('EUR', 'USD', [['2025-01-02', '1.5']]));
    expect((await at.days(ofGroup('world'))).rows[1]).toMatchObject({ eod_market_value: '1750.00' });
    expect(await versions('world')).not.toContain(tag);
  });

  test('hold what each of them holds', async () => {
    const reading = await positionsOn(at.queries.reader, ofGroup('world'), { date: '2025-01-03' });
    expect(reading).toMatchObject({
      status: 'ok',
      value: {
        group_id: 'world',
        portfolio_ids: ['E', 'U'],
        currency: 'USD',
        positions: [
          // 500 of EUR at 2, and 900 of U's with 100 of E's.
          { security_id: 'CASH_EUR', quantity: '500', market_value: '1000.00', weight: '0.5', held_by: 'E' },
          {
            security_id: 'CASH_USD',
            quantity: '1000',
            market_value: '1000.00',
            market_value_local: '1000.00',
            weight: '0.5',
            held_by: 'E,U',
          },
        ],
      },
    });
  });
});

describe('days', () => {
  test('are there when every member that has begun has its row', async () => {
    await at.books.project(
      ...['X', 'LATE', 'NONE', 'CLOSED'].map((id) => facts.portfolio(id)),
      facts.security('N', 'EUR'),
      // Worth nobody knows what.
      moved('X', 'TRANSFER_IN', '2025-01-04', { security: 'N', quantity: '5' }),
      moved('LATE', 'DEPOSIT', '2025-01-03', { cash: '5' }),
      moved('CLOSED', 'DEPOSIT', '2025-01-01', { cash: '7' }),
      moved('CLOSED', 'WITHDRAWAL', '2025-01-02', { cash: '7' }),
      {
        streamId: streams.portfolio('CLOSED'),
        event: { type: 'PortfolioClosed', data: { portfolio_id: 'CLOSED', date: '2025-01-03' } },
      },
    );
    const dates = async (name: string) => {
      const { rows, complete_through } = await at.days(ofGroup(name));
      return [rows.map((row) => [row.date.slice(-2), row.eod_market_value]), complete_through];
    };
    expect(await dates('B,X')).toEqual([
      [
        ['01', '500.00'],
        ['02', '500.00'],
        ['03', '500.00'],
      ],
      '2025-01-03',
    ]);
    expect(await dates('LATE,NONE,CLOSED')).toEqual([
      [
        ['01', '7.00'],
        ['02', '0.00'],
        ['03', '5.00'],
        ['04', '5.00'],
        ['05', '5.00'],
      ],
      '2025-01-05',
    ]);
    expect(await dates('X,NONE')).toEqual([[], null]);
    expect(await dates('NONE,NONE')).toEqual([[], null]);
  });
});

describe('who may know of a group', () => {
  const asked = async (name: string, portfolios?: ReadonlySet<string>) => {
    const context = portfolios ? { portfolios } : {};
    const reading = await at.queries.reader.subject(ofGroup(name), context, async ({ subject }) =>
      found(subject.members.length),
    );
    return reading.status === 'not_found' ? `no ${reading.what} ${reading.id}` : reading.status;
  };

  test('is who may know of every member; for others it is not there', async () => {
    expect(await asked('both')).toBe('ok');
    expect(await asked('both', new Set(['A', 'B', 'C']))).toBe('ok');
    expect(await asked('both', new Set(['A']))).toBe('no group both');
    expect(await asked('nothing', new Set(['A']))).toBe('no group nothing');
    expect(await asked('A')).toBe('no group A');
    expect(await asked('A,B,A', new Set(['A', 'B']))).toBe('ok');
    expect(await asked('A,B', new Set(['A']))).toBe('no portfolio B');
    expect(await asked('A,MISSING', new Set(['A']))).toBe('no portfolio MISSING');
    expect(await asked('A,MISSING')).toBe('no portfolio MISSING');
  });

  test('a group with a member that was not there yet was not there yet', async () => {
    await at.books.project(
      facts.portfolio('NEW'),
      group('newer', 'EUR', ['A', 'NEW']),
      group('odd', 'EUR', ['A', 'GONE']),
    );
    expect(await asked('newer')).toBe('ok');
    expect(await asked('odd')).toBe('no group odd');
    const position = (await at.books.log.head()) - 3;
    const then = await at.queries.reader.subject(ofGroup('A,NEW'), { knownAt: { position } }, async () =>
      found(1),
    );
    expect(then).toMatchObject({ status: 'not_found', what: 'portfolio', id: 'NEW' });
  });
});

async function versions(name: string): Promise<string[]> {
  const reading = await at.queries.reader.subject(ofGroup(name), {}, async () => found(1));
  return reading.status === 'ok' ? [reading.version.tag] : [];
}
