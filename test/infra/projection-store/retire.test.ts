import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { day } from '../../../domain/dates.ts';
import type { DatabaseTransaction } from '../../../infra/database/database.ts';
import { createRetire } from '../../../infra/projection-store/retire.ts';
import { type TestDatabase, createTestDatabase } from '../../support/database.ts';

interface Plan {
  'Node Type': string;
  'Parent Relationship'?: string;
  Plans?: Plan[];
}

const TODAY = day('2025-06-30');
const PORTFOLIOS = Array.from({ length: 600 }, (_, i) => i + 1);

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  // Two hundred days of four hundred portfolios, then statistics, then one day of six hundred.
  const fill = (dates: string, portfolios: number) =>
    db.database.query(`
      insert into position_timeseries (portfolio_no, security_no, date, epoch, income, fees, taxes, quantity, cost,
                                       valuation_status, active, estimated)
      select p, 1, days.date, 0, 0, 0, 0, 1, 1, 'PRICED', true, false from ${dates}, generate_series(1, ${portfolios}) p;
      insert into daily_position_snapshots (portfolio_no, security_no, date, epoch, quantity, cost_basis_local,
                                            realized_gain_local, valuation_status)
      select p, 1, days.date, 0, 1, 1, 0, 'PRICED' from ${dates}, generate_series(1, ${portfolios}) p`);
  await fill(`(select date '2024-09-01' + i from generate_series(1, 200) i) days(date)`, 400);
  await db.database.query('analyze position_timeseries; analyze daily_position_snapshots');
  await fill(`(values (date '2025-06-30')) days(date)`, PORTFOLIOS.length);
});
afterAll(() => db.close());

const rows = (supersededBy: number | null) =>
  PORTFOLIOS.map((portfolioNo) => ({ portfolioNo, securityNo: 1, day: TODAY, supersededBy }));

/** Joins that go through all the given rows for each row found. */
function quadratic(plan: Plan): Plan[] {
  const below = (plan.Plans ?? []).flatMap(quadratic);
  const inner = plan.Plans?.find((child) => child['Parent Relationship'] === 'Inner');
  return plan['Node Type'] === 'Nested Loop' && inner?.['Node Type'] === 'Function Scan'
    ? [plan, ...below]
    : below;
}

function explaining(tx: DatabaseTransaction, plans: Plan[]): DatabaseTransaction {
  return {
    ...tx,
    query: async <R extends object>(text: string, values?: readonly unknown[]) => {
      if (values && !text.includes('set_config')) {
        const [row] = await tx.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
          `explain (format json) ${text}`,
          values,
        );
        plans.push(row!['QUERY PLAN'][0].Plan);
      }
      return tx.query<R>(text, values);
    },
  };
}

describe('retiring many rows of a day that is younger than the statistics', () => {
  test.each([
    ['superseded', 1],
    ['removed', null],
  ])('%s, takes time in proportion to them', async (_, supersededBy) => {
    const plans: Plan[] = [];
    const undo = new Error('undo');
    const left = async (tx: DatabaseTransaction) => {
      const [row] = await tx.query<{ current: number; superseded: number }>(
        `select count(*) filter (where superseded_by is null) as current,
                count(*) filter (where superseded_by is not null) as superseded
         from position_timeseries where date = '2025-06-30'`,
      );
      return row;
    };
    const work = db.database.transaction(async (tx) => {
      await createRetire().days(explaining(tx, plans), rows(supersededBy));
      expect(await left(tx)).toEqual({
        current: 0,
        superseded: supersededBy === null ? 0 : PORTFOLIOS.length,
      });
      throw undo;
    });
    await expect(work).rejects.toBe(undo);
    expect(plans.length).toBeGreaterThanOrEqual(2);
    expect(plans.flatMap(quadratic)).toEqual([]);
  });
});
