import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { day, isoDate } from '../../../domain/dates.ts';
import { streams } from '../../../domain/events.ts';
import { approveRebuild, rebuildAll } from '../../../projections/rebuild/rebuild.ts';
import type { RebuildAllOrder, RebuildDependencies } from '../../../projections/rebuild/rebuild.ts';
import type { RebuildPhase } from '../../../projections/rebuild/runs.ts';
import { createProjector } from '../../../projections/projector.ts';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';

const PORTFOLIOS = 210;
const ORDER: RebuildAllOrder = { approval: { flip: 'always' }, who: 'test', retainHours: 24 };

let books: Books;
let dependencies: RebuildDependencies;
beforeEach(async () => {
  books = await openBooks();
  dependencies = {
    log: books.log,
    generations: books.generations,
    projectorOf: (slot) => createProjector({ log: books.log, generation: books.generations.of(slot) }),
  };
  const ids = Array.from({ length: PORTFOLIOS }, (_, i) => `P${i}`);
  await books.project(
    facts.security('S', 'USD'),
    facts.fx('USD', 'EUR', [['2025-01-01', '0.9']]),
    ...ids.flatMap((id) => [facts.portfolio(id), buy(id, '2025-01-02')]),
    facts.prices('S', 'USD', [
      ['2025-01-02', '51'],
      ['2025-01-03', '52'],
    ]),
    facts.prices('S', 'USD', [['2025-01-02', '53']]),
    {
      streamId: streams.transactions('P0', 'S'),
      event: {
        type: 'TransactionCorrected',
        data: {
          transaction_id: 'P0-2025-01-02',
          portfolio_id: 'P0',
          security_id: 'S',
          reason: 'typing error',
          changes: { quantity: '4' },
        },
      },
    },
    facts.closeDay('2025-01-06'),
  );
});
afterEach(() => books.close());

function buy(portfolio: string, date: string) {
  return facts.transaction(portfolio, 'BUY', 'S', date, {
    transaction_id: `${portfolio}-${date}`,
    quantity: '3',
    price: '50',
    gross_transaction_amount: '150',
    currency: 'USD',
  });
}

/** Ends a rebuild as a failing server would, when it reports that it is in the phase. */
function failingIn(phase: RebuildPhase) {
  return (progress: { readonly phase: string }) => {
    if (progress.phase === phase) throw new Error(`failed in ${phase}`);
  };
}

describe('a rebuild', () => {
  it('makes the rows that the live projection made', async () => {
    const before = await figures(books);
    const result = await rebuildAll(dependencies, ORDER);
    expect(result).toMatchObject({
      status: 'completed',
      slot: 'gen_b',
      keys: 2 * PORTFOLIOS,
      resumed: false,
    });
    expect(result.report).toMatchObject({
      verified: { keys: 2 * PORTFOLIOS, portfolios: PORTFOLIOS },
      changed: { portfolios: 0 },
    });
    expect(await figures(books)).toEqual(before);
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
    expect(await books.generations.runs.list(5)).toMatchObject([
      { status: 'completed', phase: 'done', rowsWritten: result.rows, interrupted: false },
    ]);
    expect(await books.generations.flips(5)).toMatchObject([
      { from: 'gen_a', to: 'gen_b', cause: 'rebuild' },
    ]);
    expect(await books.generations.idle()).toMatchObject({ state: 'retained' });
    // And again, and what is appended afterwards shows up.
    await rebuildAll(dependencies, ORDER);
    expect(await figures(books)).toEqual(before);
    await books.project(buy('P1', '2025-01-04'));
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
  });

  it.each(['facts', 'fold', 'keys', 'catch up', 'verify', 'diff', 'flip'] as const)(
    'that failed in the phase %s is gone on with where it was',
    async (phase) => {
      const before = await figures(books);
      await expect(rebuildAll(dependencies, ORDER, failingIn(phase))).rejects.toThrow(`failed in ${phase}`);
      const open = await books.generations.runs.open();
      expect(open).toMatchObject({
        status: 'running',
        phase,
        interrupted: true,
        error: `failed in ${phase}`,
      });
      expect(await figures(books)).toEqual(before);
      await books.project(buy('P2', '2025-01-05'));
      const after = await figures(books);
      const result = await rebuildAll(dependencies, ORDER);
      expect(result).toMatchObject({
        rebuildId: open!.rebuildId,
        status: 'completed',
        resumed: phase !== 'facts',
      });
      expect(await figures(books)).toEqual(after);
      expect(await books.projections.verify({})).toMatchObject({ ok: true });
    },
  );

  it('that failed in the middle of the fold folds only what is left', async () => {
    const before = await figures(books);
    const { workers } = books.generations;
    let folded = 0;
    const counting = (fail: boolean): RebuildDependencies => ({
      ...dependencies,
      generations: {
        ...books.generations,
        workers: {
          async fold(slot, partitions, options) {
            const some = fail ? partitions.slice(0, 1) : partitions;
            const onDone = (portfolios: number, keys: number) => {
              folded += portfolios;
              options.onDone(portfolios, keys);
            };
            await workers.fold(slot, some, { ...options, onDone });
            if (fail) throw new Error('the server went away');
          },
        },
      },
    });
    await expect(rebuildAll(counting(true), ORDER)).rejects.toThrow('the server went away');
    expect(folded).toBeGreaterThan(0);
    expect(folded).toBeLessThan(PORTFOLIOS);
    // Rows of a portfolio that was not done with, as a killed thread leaves them.
    await books.db.database.query(
      `insert into gen_b.position_timeseries select * from gen_a.position_timeseries
       where portfolio_no = (select max(portfolio_no) from gen_a.portfolios)`,
    );
    const result = await rebuildAll(counting(false), ORDER);
    expect(result).toMatchObject({ status: 'completed', keys: 2 * PORTFOLIOS, resumed: true });
    expect(folded).toBe(PORTFOLIOS);
    expect(await figures(books)).toEqual(before);
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
  });

  it('is cancelled on request, and leaves nothing behind', async () => {
    const before = await figures(books);
    const { runs } = books.generations;
    let asked: Promise<unknown> | undefined;
    const cancelling = rebuildAll(dependencies, {
      ...ORDER,
      onStarted: ({ rebuildId }) => {
        asked = runs.cancel(rebuildId);
      },
    });
    await expect(cancelling).rejects.toMatchObject({ code: 'rebuild_cancelled' });
    await asked;
    expect(await runs.list(1)).toMatchObject([{ status: 'cancelled' }]);
    expect(await books.generations.idle()).toMatchObject({ state: 'empty' });
    expect(await figures(books)).toEqual(before);
    expect(await rebuildAll(dependencies, ORDER)).toMatchObject({ status: 'completed', resumed: false });
    expect(await figures(books)).toEqual(before);
  });

  it('excludes another one', async () => {
    const [first, second] = await Promise.allSettled([
      rebuildAll(dependencies, ORDER),
      rebuildAll(dependencies, ORDER),
    ]);
    const refused = [first, second].filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: { code: 'rebuild_running' } }]);
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
  });

  it('up to a position of the log holds what was known then, and is never shown', async () => {
    const knownAt = await books.log.head();
    const known = await figures(books);
    await books.project(buy('P3', '2025-01-03'), facts.closeDay('2025-01-07'));
    const now = await figures(books);
    const result = await rebuildAll(dependencies, { ...ORDER, knownAt });
    expect(result).toMatchObject({ status: 'completed', slot: 'gen_b' });
    expect(await figures(books)).toEqual(now);
    expect(await books.generations.idle()).toMatchObject({ state: 'built', knownAt });
    expect(await books.generations.active()).toBe('gen_a');
    const [row] = await books.db.database.query<{ last: string }>(
      `select max(date) as last from gen_b.position_timeseries`,
    );
    expect(row?.last).toBe(isoDate(day('2025-01-07') - 1));
    expect(known).not.toEqual(now);
  });
});

describe('a rebuild that changes published figures', () => {
  beforeEach(async () => {
    // As if the fold had worked otherwise when the rows were made.
    await books.db.database.query(
      `with changed as (
         update position_timeseries
         set eod_market_value_base = eod_market_value_base + 1
         where date = '2025-01-03' and portfolio_no = 1 and security_no = 1 returning 1
       )
       update position_state set checksum = checksum + 1 where portfolio_no = 1 and security_no = 1
         and exists (select from changed)`,
    );
    await books.db.database.query(
      `update portfolio_timeseries set eod_market_value = eod_market_value + 1 where date = '2025-01-03' and portfolio_no = 1`,
    );
    await books.db.database.query(
      `update portfolio_state set checksum = checksum + 1 where portfolio_no = 1`,
    );
  });

  it('waits until it is approved, and stays level meanwhile', async () => {
    const before = await figures(books);
    const asking = { ...ORDER, approval: { flip: 'ask' } } as const;
    const result = await rebuildAll(dependencies, asking);
    expect(result).toMatchObject({ status: 'awaiting_approval', report: { changed: { portfolios: 1 } } });
    expect(Number(result.report?.changed?.maxImpactBps)).toBeGreaterThan(0);
    expect(await figures(books)).toEqual(before);
    expect(await books.generations.runs.open()).toMatchObject({ status: 'awaiting_approval', phase: 'flip' });
    await books.project(buy('P4', '2025-01-05'));
    const approved = await approveRebuild(dependencies, result.rebuildId, { who: 'test', retainHours: 24 });
    expect(approved).toMatchObject({ status: 'completed', rebuildId: result.rebuildId, slot: 'gen_b' });
    expect(await books.projections.verify({})).toMatchObject({ ok: true });
    await expect(
      approveRebuild(dependencies, undefined, { who: 'test', retainHours: 24 }),
    ).rejects.toMatchObject({ code: 'rebuild_refused' });
  });

  it('is shown at once when its largest impact is allowed', async () => {
    const small = { ...ORDER, approval: { flip: 'ask', maxImpactBps: 0 } } as const;
    expect(await rebuildAll(dependencies, small)).toMatchObject({ status: 'awaiting_approval' });
    const large = { ...ORDER, approval: { flip: 'ask', maxImpactBps: 1_000_000 } } as const;
    expect(await rebuildAll(dependencies, large)).toMatchObject({ status: 'completed' });
    expect(await books.generations.runs.list(2)).toMatchObject([
      { status: 'completed' },
      { status: 'cancelled' },
    ]);
  });
});

describe('a rebuild of a key that cannot be folded', () => {
  it('is refused, names the key, and leaves nothing behind', async () => {
    await books.project(
      facts.transaction('P5', 'SPLIT', 'S', '2025-01-04', {
        transaction_id: 'X',
        ratio: '0',
        currency: 'USD',
      }),
    );
    const before = await figures(books);
    await expect(rebuildAll(dependencies, ORDER)).rejects.toMatchObject({
      code: 'rebuild_refused',
      message: expect.stringContaining('S in P5'),
    });
    expect(await books.generations.runs.list(1)).toMatchObject([{ status: 'failed' }]);
    expect(await books.generations.idle()).toMatchObject({ state: 'empty' });
    expect(await figures(books)).toEqual(before);
  });
});
