import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tryInstant } from '../../../domain/dates.ts';
import type { Instant } from '../../../domain/dates.ts';
import { DEFAULT_MATERIALITY } from '../../../domain/returns/restatement.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../../domain/returns/model.ts';
import { createReadModels } from '../../../infra/read-model/read-models.ts';
import { createQueries } from '../../../projections/queries/queries.ts';
import { restatement } from '../../../projections/queries/restatements.ts';
import { correction } from '../../support/amendments.ts';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { expectCleanReplay } from '../../support/invariants.ts';

let books: Books;
beforeEach(async () => {
  books = await openBooks();
  await books.project(
    facts.portfolio('P'),
    facts.security('S', 'EUR'),
    facts.transaction('P', 'DEPOSIT', 'CASH_EUR', '2024-12-30', {
      transaction_id: 'D',
      gross_transaction_amount: '1000',
    }),
    facts.transaction('P', 'BUY', 'S', '2024-12-31', { transaction_id: 'B', quantity: '10', price: '50' }),
    facts.prices('S', 'EUR', [
      ['2024-12-31', '50'],
      ['2025-01-03', '55'],
    ]),
    facts.closeDay('2025-01-05'),
  );
  await correct('11');
  await correct('12');
});
afterEach(() => books.close());

const correct = (quantity: string) => books.project(correction(['P', 'S', 'B'], { quantity }));

function instant(date: string): Instant {
  return tryInstant(`${date}T00:00:00Z`)!;
}

/** As if the epoch had been shown that day. */
async function shown(epoch: number, date: string): Promise<void> {
  await books.db.database.query(`update epochs set flipped_at = $2 where epoch = $1`, [epoch, instant(date)]);
}

async function superseded(): Promise<Record<string, number>> {
  const rows = await books.db.database.query<{ by: number; rows: number }>(
    `select superseded_by as by, count(*) as rows
     from (select superseded_by from position_timeseries union all select superseded_by from daily_position_snapshots
           union all select superseded_by from position_history union all select superseded_by from portfolio_timeseries) t
     where superseded_by is not null group by superseded_by order by superseded_by`,
  );
  return Object.fromEntries(rows.map(({ by, rows: n }) => [String(by), n]));
}

const order = { who: 'test' };

describe('pruning epochs', () => {
  it('deletes what old epochs replaced, and nothing else', async () => {
    await shown(1, '2024-02-01');
    const [before, kept] = [await figures(books), await superseded()];
    expect(Object.keys(kept)).toEqual(['1', '2']);

    const planned = await books.projections.prune({
      ...order,
      epochsBefore: instant('2024-03-01'),
      dryRun: true,
    });
    expect(planned.epochs).toMatchObject({ rows: kept['1'] });
    expect(await superseded()).toEqual(kept);

    const done = await books.projections.prune({ ...order, epochsBefore: instant('2024-03-01') });
    expect(done.epochs).toMatchObject({ slot: 'gen_a', keys: 3, rows: kept['1'] });
    expect(done.epochs!.bytes).toBeGreaterThan(0);
    expect(await superseded()).toEqual({ '2': kept['2'] });
    expect(await figures(books)).toEqual(before);
    await expectCleanReplay(books, 'after pruning');

    const again = await books.projections.prune({ ...order, epochsBefore: instant('2024-03-01') });
    expect(again.epochs).toMatchObject({ keys: 0, rows: 0 });
  });

  it('is told by restatements that an epoch can no longer be read', async () => {
    await shown(1, '2024-02-01');
    const compare = async (from: number) => {
      const models = createReadModels(async () => books.db.database);
      const query = { materiality: DEFAULT_MATERIALITY, options: DEFAULT_RETURN_OPTIONS };
      return restatement(createQueries(models, books.log), 'P', { ...query, compare: { by: 'epoch', from } });
    };
    expect(await compare(0)).toMatchObject({ status: 'ok' });
    await books.projections.prune({ ...order, epochsBefore: instant('2024-03-01') });
    expect(await compare(0)).toMatchObject({
      status: 'rejected',
      errors: [
        {
          field: 'from_epoch',
          rule: 'retained',
          message: expect.stringContaining('no longer kept') as string,
        },
      ],
    });
    expect(await compare(1)).toMatchObject({ status: 'ok' });
  });

  it('is gone on with by the next one when it was interrupted', async () => {
    await shown(1, '2024-02-01');
    const { prune } = books.generations.of('gen_a');
    expect(await prune.note(instant('2024-03-01'))).toBe(3);
    // A kill between noting and deleting leaves this; the next one is about no further epoch.
    const done = await books.projections.prune({ ...order, epochsBefore: instant('2024-03-01') });
    expect(done.epochs).toMatchObject({ keys: 0 });
    expect(done.epochs!.rows).toBeGreaterThan(0);
    expect(Object.keys(await superseded())).toEqual(['2']);
  });

  it('leaves an epoch that was replaced since, and the books go on', async () => {
    await books.projections.prune({ ...order, epochsBefore: instant('2024-03-01') });
    expect(Object.keys(await superseded())).toEqual(['1', '2']);
    await shown(1, '2024-02-01');
    await shown(2, '2024-02-02');
    await books.projections.prune({ ...order, epochsBefore: instant('2024-03-01') });
    expect(await superseded()).toEqual({});
    await correct('13');
    expect(Object.keys(await superseded())).toEqual(['3']);
    await expectCleanReplay(books, 'after a restatement upon pruned epochs');
  });
});

describe('pruning the idle generation', () => {
  it('waits for its retention to be over, unless told otherwise', async () => {
    const nothing = await books.projections.prune({ ...order, generation: 'expired' });
    expect(nothing.generation).toMatchObject({ outcome: 'kept', reason: 'it is empty' });

    await books.projections.rebuild({ all: true });
    const early = await books.projections.prune({ ...order, generation: 'expired' });
    expect(early.generation).toMatchObject({ slot: 'gen_a', outcome: 'kept', state: 'retained' });
    expect(early.generation!.reason).toMatch(/^it is retained until /);
    const planned = await books.projections.prune({ ...order, generation: 'now', dryRun: true });
    expect(planned.generation).toMatchObject({ outcome: 'would_be_emptied' });
    expect(planned.generation!.bytes).toBeGreaterThan(0);

    const seen = await figures(books);
    const done = await books.projections.prune({ ...order, generation: 'now' });
    expect(done.generation).toMatchObject({ slot: 'gen_a', outcome: 'emptied', state: 'retained' });
    expect(done.generation!.bytes).toBeGreaterThan(0);
    expect(await books.projections.idle()).toMatchObject({ state: 'empty', rebuildId: null });
    expect(await figures(books)).toEqual(seen);
    const [, idle] = await books.projections.overview();
    expect(idle).toMatchObject({ slot: 'gen_a', state: 'empty', position: null, keys: 0 });
    await expect(books.projections.rollback(order)).rejects.toMatchObject({ code: 'rollback_refused' });
    expect(await books.projections.rebuild({ all: true })).toMatchObject({ slot: 'gen_a' });
    await expectCleanReplay(books, 'after a rebuild into a pruned generation');
  });

  it('is done by whoever projects once retention is over', async () => {
    await books.projections.rebuild({ all: true }, undefined, { retainHours: 0 });
    // Since long enough for every reader that may have been sent there.
    await books.db.database.query(
      `update idle_generation set retained_until = clock_timestamp() - interval '2 minutes'`,
    );
    books.projections.start();
    await expect.poll(async () => (await books.projections.idle()).state, { timeout: 20_000 }).toBe('empty');
    expect(await books.generations.active()).toBe('gen_b');
  });

  it('leaves the books as known at some time until asked', async () => {
    await books.projections.rebuild({ all: true, knownAt: 4 });
    const kept = await books.projections.prune({ ...order, generation: 'expired' });
    expect(kept.generation).toMatchObject({
      outcome: 'kept',
      reason: 'it holds what was known at position 4',
    });
    const done = await books.projections.prune({ ...order, generation: 'now' });
    expect(done.generation).toMatchObject({ outcome: 'emptied', state: 'built' });
  });

  it('ends the rebuild that waits for approval in it', async () => {
    // A figure that was tampered with is what the rebuild changes.
    await books.db.database.query(
      `update portfolio_timeseries set eod_market_value = eod_market_value + 1 where superseded_by is null and date = '2025-01-03'`,
    );
    await books.db.database.query(`update portfolio_state set checksum = checksum + 1`);
    const { rebuildId, status } = await books.projections.rebuild({ all: true }, undefined, {
      approval: { flip: 'ask' },
    });
    expect(status).toBe('awaiting_approval');
    const kept = await books.projections.prune({ ...order, generation: 'expired' });
    expect(kept.generation).toMatchObject({ outcome: 'kept', reason: 'a rebuild waits for approval in it' });
    await books.projections.prune({ ...order, generation: 'now' });
    expect(await books.projections.runs.find(rebuildId)).toMatchObject({ status: 'cancelled' });
    expect(await books.projections.idle()).toMatchObject({ state: 'empty' });
  });

  it('does not meet a process that keeps it level', async () => {
    books.projections.start();
    for (let round = 0; round < 5; round++) {
      await books.projections.rebuild({ all: true });
      await books.append(facts.prices('S', 'EUR', [['2025-01-02', String(60 + round)]]));
      await books.projections.prune({ ...order, generation: 'now' });
      await books.projections.whenProjected(await books.log.head());
    }
    await expectCleanReplay(books, 'after pruning beside a live process');
  }, 60_000);
});
