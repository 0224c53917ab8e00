import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_RETURN_OPTIONS } from '../../../domain/returns/model.ts';
import { DEFAULT_MATERIALITY } from '../../../domain/returns/restatement.ts';
import { createReadModels } from '../../../infra/read-model/read-models.ts';
import { diffGenerations } from '../../../projections/diff/diff.ts';
import { dryRun } from '../../../projections/diff/dry-run.ts';
import { createQueries } from '../../../projections/queries/queries.ts';
import type { Queries } from '../../../projections/queries/queries.ts';
import { restatement } from '../../../projections/queries/restatements.ts';
import type { RealizedGainRow } from '../../../projections/queries/rows.ts';
import { createKnownAt } from '../../../projections/replay/known-at.ts';
import { openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { createRandom } from '../../support/random.ts';
import { createWorkload, openingFacts, PORTFOLIOS } from '../../support/workload.ts';
import { project } from '../diff/support.ts';

let books: Books;
let queries: Queries;

beforeEach(async () => {
  books = await openBooks();
  const tables = books.db.open({ searchPath: 'gen_a,public' });
  const { current } = createReadModels(async () => tables);
  queries = createQueries({ current, at: createKnownAt(books.log, { current }) }, books.log);
});
afterEach(() => books.close());

describe.each([11, 2_025])('any facts in any order (seed %i)', (seed) => {
  /** Positions after each batch of facts. */
  let moments: number[];

  beforeEach(async () => {
    const random = createRandom(seed);
    const workload = createWorkload('w', random);
    await books.project(...openingFacts());
    moments = [await books.log.head()];
    for (let batch = 0; batch < 12; batch++) {
      await books.project(...Array.from({ length: 1 + random.below(14) }, () => workload.next()));
      moments.push(await books.log.head());
      if (batch === 5) await project(books, 'gen_b');
    }
  });

  test('rows compared by the database and one by one differ alike', async () => {
    const [live, former] = [books.generations.of('gen_a'), books.generations.of('gen_b')];
    const { report } = await diffGenerations(former, live);
    expect(report.portfolios).toBeGreaterThan(0);
    for (const change of report.changed) {
      const one = await diffGenerations(former, live, { portfolioId: change.portfolio_id });
      const [{ key_changes: keys = [], ...same } = { key_changes: [] }] = one.report.changed;
      expect(same).toEqual(change);
      const { added, removed, changed } = change.keys;
      expect(keys).toHaveLength(added + removed + changed);
      // The other way round, what was added is removed.
      const back = await diffGenerations(live, former, { portfolioId: change.portfolio_id });
      expect(back.report.keys).toEqual({ added: removed, removed: added, changed });
      expect(back.report.days).toEqual(one.report.days);
    }
    const { report: back } = await diffGenerations(live, former);
    expect(back.keys).toEqual({ ...report.keys, added: report.keys.removed, removed: report.keys.added });
  });

  test('both generations come to the same figures, and so does a replay', async () => {
    // One took its facts batch by batch, the other the second half at once.
    const [live, halved] = [books.generations.of('gen_a'), await project(books, 'gen_b')];
    const { report } = await diffGenerations(live, halved);
    expect(report).toMatchObject({ portfolios: 0, days: { count: 0 }, max_impact_basis_points: '0' });
    expect(await dryRun(books, { all: true })).toMatchObject({ portfolios: 0, unsettled: [] });
  });

  test('every day that differs has events behind it, which were learned in between', async () => {
    for (const portfolioId of PORTFOLIOS)
      for (const [i, from] of moments.entries()) {
        const to = moments[Math.min(i + 3, moments.length - 1)]!;
        const reading = await restatement(queries, portfolioId, {
          compare: { by: 'knowledge', from: { position: from }, to: { position: to } },
          materiality: DEFAULT_MATERIALITY,
          options: DEFAULT_RETURN_OPTIONS,
          positions: true,
        });
        const { days, causes } = reading.status === 'ok' ? reading.value : expect.fail(reading.status);
        const named = new Set(causes.map(({ position }) => position));
        for (const { date, causes: of, positions = [] } of days) {
          expect([portfolioId, from, to, date, of.length > 0, positions.length > 0]).toEqual([
            portfolioId,
            from,
            to,
            date,
            true,
            true,
          ]);
          for (const position of of)
            expect(position > from && position <= to && named.has(position)).toBe(true);
        }
      }
  });

  test('tables and replays have the same figures to compare', async () => {
    const head = await books.log.head();
    for (const portfolioId of PORTFOLIOS) {
      const replayed = await queries.reader.at(head, portfolioId);
      const ids = ['EU1', 'EU2', 'US1', 'CASH_EUR', 'CASH_USD'];
      const reading = await queries.reader.portfolio(portfolioId, {}, async (model) => ({
        status: 'found',
        value: [await model.realizedGains(portfolioId), await model.positionFigures(portfolioId, ids, {})],
      }));
      expect(reading).toMatchObject({
        value: [
          await replayed.realizedGains(portfolioId),
          await replayed.positionFigures(portfolioId, ids, {}),
        ],
      });
    }
  });

  test('an epoch had realised what was known before the next one', async () => {
    for (const portfolioId of PORTFOLIOS) {
      const reading = await queries.reader.portfolio(portfolioId, {}, async (model, { epoch }) => {
        const own = await model.epochs(portfolioId, { securityId: null }, { limit: 1_000 });
        const gains: RealizedGainRow[][] = [];
        for (let e = 0; e < epoch; e++) gains.push(await model.realizedGains(portfolioId, e));
        return { status: 'found', value: { own, gains } };
      });
      const { own, gains } = reading.status === 'ok' ? reading.value : expect.fail(reading.status);
      for (const [epoch, shown] of gains.entries()) {
        const next = own.find((row) => row.epoch === epoch + 1)!;
        // Batches are projected whole: what was there before the next epoch is the state after one of them.
        const position = Math.max(0, ...moments.filter((moment) => moment < next.cause_position));
        const known = await queries.reader.at(position, portfolioId);
        const latest = (await known.portfolio(portfolioId))?.portfolio.latest_date ?? '';
        // Days that were not published yet are changed where they are.
        const published = (rows: readonly RealizedGainRow[]) => rows.filter(({ date }) => date < latest);
        expect([portfolioId, epoch, published(shown)]).toEqual([
          portfolioId,
          epoch,
          published(await known.realizedGains(portfolioId)),
        ]);
      }
    }
  });
});
