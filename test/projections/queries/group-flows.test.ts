import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ofPortfolio } from '../../../projections/queries/subject.ts';
import type { SubjectTimeseries } from '../../../projections/queries/timeseries.ts';
import { cancellation, correction } from '../../support/amendments.ts';
import { facts } from '../../support/books.ts';
import type { Fact } from '../../support/books.ts';
import { group, moved, ofGroup, openGroupBooks } from '../../support/groups.ts';
import type { GroupBooks } from '../../support/groups.ts';

let at: GroupBooks;

beforeAll(async () => {
  at = await openGroupBooks();
  await at.books.project(
    ...['A', 'B', 'ONE'].map((id) => facts.portfolio(id)),
    facts.security('S', 'EUR'),
    facts.prices('S', 'EUR', [
      ['2025-01-02', '50'],
      ['2025-01-03', '55'],
      ['2025-01-04', '60'],
      ['2025-01-05', '66'],
    ]),
    moved('A', 'DEPOSIT', '2025-01-01', { cash: '1000' }),
    moved('B', 'DEPOSIT', '2025-01-01', { cash: '500' }),
    moved('ONE', 'DEPOSIT', '2025-01-01', { cash: '1500' }),
    moved('A', 'BUY', '2025-01-02', { security: 'S', quantity: '10', price: '50' }),
    moved('ONE', 'BUY', '2025-01-02', { security: 'S', quantity: '10', price: '50' }),
    moved('A', 'WITHDRAWAL', '2025-01-03', { cash: '200' }),
    moved('B', 'DEPOSIT', '2025-01-03', { cash: '200' }),
    moved('A', 'TRANSFER_OUT', '2025-01-04', { security: 'S', quantity: '4' }),
    // What they cost A, so that the cost of the group is that of the one portfolio too.
    moved('B', 'TRANSFER_IN', '2025-01-04', {
      security: 'S',
      quantity: '4',
      gross_transaction_amount: '200',
    }),
    group('both', 'EUR', ['A', 'B']),
    facts.closeDay('2025-01-05'),
  );
});
afterAll(() => at.books.close());

describe('transfers between members', () => {
  test('change neither returns nor flows: the group is as one portfolio that held all', async () => {
    const both = await at.performance(ofGroup('A,B'));
    // 1,500 paid in; 1,000 in cash and 10 × 66 in shares at the end: 1,660 / 1,500 − 1.
    expect(both).toMatchObject({
      group_id: 'A,B',
      portfolio_ids: ['A', 'B'],
      currency: 'EUR',
      complete_through: '2025-01-05',
      periods: [
        {
          twr: '0.106666666667',
          inflows: '1500.00',
          outflows: '0.00',
          gain: '160.00',
          end_market_value: '1660.00',
        },
      ],
    });
    expect(both.periods).toEqual((await at.performance(ofPortfolio('ONE'))).periods);
    const [series, whole] = [await at.days(ofGroup('A,B')), await at.days(ofPortfolio('ONE'))];
    const alike = (rows: typeof series.rows) => rows.map(({ positions: _, epoch: __, ...row }) => row);
    expect(alike(series.rows)).toEqual(alike(whole.rows));
    expect((await at.days(ofGroup('both'))).rows).toEqual(series.rows);
  });

  test('a day is that of the books of each portfolio', async () => {
    // 20:00 UTC is the next day in Auckland.
    await at.books.project(
      facts.portfolio('NZ', { time_zone: 'Pacific/Auckland' }),
      facts.portfolio('UK'),
      moved('UK', 'DEPOSIT', '2025-01-01', { cash: '100' }),
      moved('UK', 'WITHDRAWAL', '2025-01-03', { cash: '40' }),
      moved('NZ', 'DEPOSIT', '2025-01-02T20:00:00.000000Z', { cash: '40' }),
    );
    expect(flows(await at.days(ofGroup('UK,NZ')))).toEqual([['2025-01-01', '100.00', '0.00']]);
  });

  test('what is of another day or size crosses the boundary, in proportion', async () => {
    await at.books.project(
      ...['C', 'D'].map((id) => facts.portfolio(id)),
      moved('D', 'DEPOSIT', '2025-01-01', { cash: '10' }),
      moved('C', 'TRANSFER_IN', '2025-01-02', { security: 'S', quantity: '20' }),
      moved('C', 'TRANSFER_OUT', '2025-01-04', { security: 'S', quantity: '10' }),
      moved('C', 'TRANSFER_OUT', '2025-01-04', { security: 'S', quantity: '5' }),
      moved('D', 'TRANSFER_IN', '2025-01-04', { security: 'S', quantity: '10' }),
      moved('D', 'TRANSFER_IN', '2025-01-05', { security: 'S', quantity: '5' }),
    );
    expect(flows(await at.days(ofGroup('C,D')))).toEqual([
      ['2025-01-01', '10.00', '0.00'],
      // 20 × 50 from outside.
      ['2025-01-02', '1000.00', '0.00'],
      // Of the 15 units that left C at 60, the 10 that D took stayed in the group.
      ['2025-01-04', '0.00', '-300.00'],
      // 5 × 66, a day late.
      ['2025-01-05', '330.00', '0.00'],
    ]);
  });

  test('only transactions that count are matched', async () => {
    const [cancelledIn, correctedIn] = [
      moved('G', 'DEPOSIT', '2025-01-02', { cash: '30' }),
      moved('G', 'DEPOSIT', '2025-01-03', { cash: '1' }),
    ];
    const place = (fact: Fact) =>
      ['G', 'CASH_EUR', (fact.event.data as { transaction_id: string }).transaction_id] as const;
    await at.books.project(
      ...['F', 'G'].map((id) => facts.portfolio(id)),
      moved('F', 'DEPOSIT', '2025-01-01', { cash: '100' }),
      moved('F', 'WITHDRAWAL', '2025-01-02', { cash: '30' }),
      moved('F', 'WITHDRAWAL', '2025-01-03', { cash: '20' }),
      // F has no units to give: this waits, and is no transfer.
      moved('F', 'TRANSFER_OUT', '2025-01-04', { security: 'S', quantity: '2' }),
      moved('G', 'TRANSFER_IN', '2025-01-04', { security: 'S', quantity: '2' }),
      cancelledIn,
      correctedIn,
      cancellation(place(cancelledIn)),
      correction(place(correctedIn), { gross_transaction_amount: '20' }),
    );
    expect(flows(await at.days(ofGroup('F,G')))).toEqual([
      ['2025-01-01', '100.00', '0.00'],
      ['2025-01-02', '0.00', '-30.00'],
      ['2025-01-04', '120.00', '0.00'],
    ]);
  });
});

/** The days with flows into or out of a group. */
function flows({ rows }: SubjectTimeseries): string[][] {
  return rows
    .map((row) => [row.date, row.bod_cashflow, row.eod_cashflow])
    .filter(([, bod, eod]) => bod !== '0.00' || eod !== '0.00');
}
