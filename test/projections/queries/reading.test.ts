import { describe, expect, test } from 'vitest';
import { createReader, found } from '../../../projections/queries/reading.ts';
import type { ReadModel, ReadModels } from '../../../projections/queries/read-model.ts';
import type { PortfolioRow } from '../../../projections/queries/rows.ts';

const portfolio: PortfolioRow = {
  portfolio_id: 'P',
  name: null,
  base_currency: 'USD',
  open_date: null,
  closed_date: null,
  cost_basis_method: 'fifo',
  cash: 'derived',
  allow_short: false,
  time_zone: 'UTC',
  inflow_timing: 'bod',
  outflow_timing: 'eod',
  status: 'CURRENT',
  epoch: 0,
  first_date: null,
  latest_date: null,
  complete_through: null,
};

/** Knows one portfolio at one position; everything else it is asked is an error. */
function modelAt(position: number): ReadModel {
  const version = { position, tag: 'x' };
  const known: Partial<ReadModel> = {
    version: async () => version,
    portfolio: async (id) => (id === 'P' ? { portfolio, version } : undefined),
  };
  return known as ReadModel;
}

const log = { head: async () => 10, positionAt: async () => 4 };
const replayed: number[] = [];
const models: ReadModels = {
  current: (work) => work(modelAt(8)),
  at: async (position) => {
    replayed.push(position);
    return modelAt(position);
  },
};

const position = async (model: ReadModel) => found((await model.version()).position);

describe('knowledge', () => {
  const reader = createReader(models, log);

  test.each([
    ['now', {}, 8, []],
    ['what the tables show', { knownAt: { position: 8 } }, 8, []],
    ['an earlier position', { knownAt: { position: 3 } }, 3, [3]],
    ['an instant', { knownAt: { instant: '2025-01-01T00:00:00.000000Z' } }, 4, [4]],
    ['what readers have yet to see', { knownAt: { position: 9 } }, 9, [9]],
    ['a position that is yet to come', { knownAt: { position: 99 } }, 10, [10]],
  ] as const)('%s', async (_, context, expected, replays) => {
    replayed.length = 0;
    const all = await reader.all(context, position);
    expect(all).toMatchObject({ status: 'ok', value: expected, version: { position: expected } });
    const one = await reader.portfolio('P', context, position);
    expect(one).toMatchObject({ status: 'ok', value: expected });
    expect([...new Set(replayed)]).toEqual(replays);
  });

  test('of the past is refused where the log cannot be replayed', async () => {
    const present = createReader({ current: models.current }, log);
    expect(await present.all({ knownAt: { position: 8 } }, position)).toMatchObject({ status: 'ok' });
    await expect(present.all({ knownAt: { position: 3 } }, position)).rejects.toMatchObject({
      code: 'known_at_unavailable',
    });
  });
});

describe('what comes of a read', () => {
  const reader = createReader(models, log);

  test('nothing is loaded for a version the caller has', async () => {
    const work = () => Promise.reject(new Error('loaded'));
    const has = (version: { position: number }) => version.position === 8;
    expect(await reader.all({ has }, work)).toEqual({
      status: 'unchanged',
      version: { position: 8, tag: 'x' },
    });
    expect(await reader.portfolio('P', { has }, work)).toMatchObject({ status: 'unchanged' });
  });

  test('an unknown portfolio', async () => {
    expect(await reader.portfolio('NOPE', {}, position)).toEqual({
      status: 'not_found',
      what: 'portfolio',
      id: 'NOPE',
    });
  });
});
