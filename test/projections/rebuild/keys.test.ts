import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RebuildRun } from '../../../projections/rebuild/runs.ts';
import { facts, figures, openBooks } from '../../support/books.ts';
import type { Books } from '../../support/books.ts';
import { expectCleanReplay } from '../../support/invariants.ts';

const PORTFOLIOS = ['P1', 'P2'];
let books: Books;
beforeEach(async () => {
  books = await openBooks();
  await books.project(
    facts.security('S', 'EUR'),
    ...PORTFOLIOS.flatMap((id) => [
      facts.portfolio(id),
      facts.transaction(id, 'DEPOSIT', 'CASH_EUR', '2025-01-01', {
        transaction_id: `${id} D`,
        gross_transaction_amount: '1000',
      }),
      facts.transaction(id, 'BUY', 'S', '2025-01-02', {
        transaction_id: `${id} B`,
        quantity: '10',
        price: '50',
      }),
    ]),
    facts.prices('S', 'EUR', [['2025-01-02', '50']]),
    facts.closeDay('2025-01-04'),
  );
});
afterEach(() => books.close());

/** A row that somebody has changed by hand. */
async function tamper(): Promise<void> {
  await books.db.database.query(
    `update position_timeseries set eod_market_value = 1
     where superseded_by is null and date = '2025-01-03'
       and portfolio_no = (select portfolio_no from portfolios where portfolio_id = 'P1')
       and security_no = (select security_no from securities where security_id = 'S')`,
  );
}

const marks = () => books.db.database.query<{ rebuild_id: string | null }>(`select rebuild_id from dirty`);

/** As if the process had died a while ago: nobody has noted anything since. */
async function quiet(rebuildId: string): Promise<void> {
  await books.db.database.query(
    `update rebuilds set updated_at = clock_timestamp() - interval '1 minute' where rebuild_id = $1`,
    [rebuildId],
  );
}

describe('a rebuild of keys', () => {
  it('makes their rows again where they are, and is on record', async () => {
    const before = await figures(books);
    await tamper();
    expect(await figures(books)).not.toEqual(before);
    let started: RebuildRun | undefined;
    const done = await books.projections.rebuild({ portfolioId: 'P1', securityId: 'S' }, undefined, {
      who: 'test',
      onStarted: (run) => (started = run),
    });
    expect(done).toMatchObject({ status: 'completed', slot: 'gen_a', keys: 1, resumed: false });
    expect(started).toMatchObject({ rebuildId: done.rebuildId, status: 'running', slot: null });
    expect(await figures(books)).toEqual(before);
    expect(await books.projections.runs.find(done.rebuildId)).toMatchObject({
      scope: { portfolioId: 'P1', securityId: 'S' },
      status: 'completed',
      phase: 'done',
      who: 'test',
      keysWritten: 1,
      interrupted: false,
    });
    expect(await marks()).toEqual([]);
  });

  it('is finished by whoever folds its keys when its process dies', async () => {
    const run = await books.generations.runs.create({
      scope: { securityId: 'S' },
      slot: null,
      approval: { flip: 'always' },
      who: 'test',
    });
    const { rebuildId } = run;
    const ordered = await books.generations
      .of('gen_a')
      .order({ securityId: 'S', fromDay: 0, position: await books.log.head(), rebuildId });
    expect(ordered).toBe(2);
    await quiet(rebuildId);
    expect(await books.projections.runs.find(rebuildId)).toMatchObject({
      status: 'running',
      phase: 'fold',
      total: 2,
      interrupted: true,
    });

    books.projections.start();
    await expect.poll(marks, { timeout: 20_000 }).toEqual([]);
    const [last] = await books.projections.runs.list(1);
    expect(last).toMatchObject({ rebuildId, status: 'completed', keysWritten: 2, interrupted: false });
  });

  it('leaves what is not folded yet as it is when it is cancelled', async () => {
    const { rebuildId } = await books.generations.runs.create({
      scope: { securityId: 'S' },
      slot: null,
      approval: { flip: 'always' },
      who: 'test',
    });
    await books.generations.of('gen_a').order({ securityId: 'S', fromDay: 0, position: 1, rebuildId });
    expect(await books.projections.cancel(rebuildId)).toMatchObject({ status: 'cancelled' });
    expect(await marks()).toEqual([]);
    // Once over it stays so, whatever its process notes.
    await books.generations.runs.note(rebuildId, { status: 'completed' });
    expect(await books.projections.runs.find(rebuildId)).toMatchObject({ status: 'cancelled' });
  });

  it('ends its own process when it is cancelled from elsewhere', async () => {
    const { session, release } = await heldPortfolios();
    let cancelled: Promise<unknown> | undefined;
    const rebuilding = books.projections.rebuild({ securityId: 'S' }, () => {
      cancelled ??= books.projections.runs
        .list(1)
        .then(async ([run]) => books.projections.cancel(run!.rebuildId));
    });
    await expect(rebuilding).rejects.toMatchObject({ code: 'rebuild_cancelled' });
    await cancelled;
    release();
    await session;
    expect(await marks()).toEqual([]);
    expect(await books.projections.runs.list(1)).toMatchObject([{ status: 'cancelled' }]);
  });
});

/** Other workers have every portfolio in hand until released. */
async function heldPortfolios(): Promise<{ session: Promise<void>; release: () => void }> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let held = (): void => undefined;
  const isHeld = new Promise<void>((resolve) => (held = resolve));
  const session = books.db.database.transaction(async (tx) => {
    await tx.query(`select from portfolio_state for update`);
    held();
    await released;
  });
  await isHeld;
  return { session, release };
}

describe('a rebuild that waits for approval', () => {
  const asking = { approval: { flip: 'ask' as const }, who: 'test' };

  /** A stored figure that the log does not say: what a rebuild would change. */
  async function wrong(): Promise<void> {
    await books.db.database.query(
      `update portfolio_timeseries set eod_market_value = eod_market_value + 1
       where superseded_by is null and date = '2025-01-03'`,
    );
    await books.db.database.query(`update portfolio_state set checksum = checksum + 1`);
  }

  it('is kept level, and shown once it is approved', async () => {
    const right = await figures(books);
    await wrong();
    const { rebuildId, status, report } = await books.projections.rebuild({ all: true }, undefined, asking);
    expect(status).toBe('awaiting_approval');
    expect(report).toMatchObject({ changed: { portfolios: 2 } });
    expect(await books.generations.active()).toBe('gen_a');
    expect(await books.projections.state()).toMatchObject({
      rebuilds: { running: 0, awaiting_approval: 1, interrupted: 0 },
      idle: 'built',
    });

    books.projections.start();
    await books.append(facts.closeDay('2025-01-05'));
    const head = await books.log.head();
    await expect
      .poll(() => books.generations.of('gen_b').projected(), { timeout: 20_000 })
      .toEqual({ position: head, oldestMark: null });

    expect(await books.projections.approve(rebuildId, { who: 'boss' })).toMatchObject({
      status: 'completed',
    });
    expect(await books.generations.active()).toBe('gen_b');
    expect((await figures(books)).history).toEqual(right.history);
    await expectCleanReplay(books, 'after approval');
    expect(await books.projections.state()).toMatchObject({
      flips: { rebuild: 1, rollback: 0 },
      idle: 'retained',
      idleLagEvents: 0,
    });
    await expect(books.projections.approve(undefined, {})).rejects.toMatchObject({ code: 'rebuild_refused' });
  });

  it('leaves an empty generation when it is cancelled instead', async () => {
    await wrong();
    const { rebuildId } = await books.projections.rebuild({ all: true }, undefined, asking);
    expect(await books.projections.cancel(rebuildId)).toMatchObject({ status: 'cancelled' });
    expect(await books.projections.idle()).toMatchObject({ state: 'empty' });
    expect(await books.generations.active()).toBe('gen_a');
  });
});
