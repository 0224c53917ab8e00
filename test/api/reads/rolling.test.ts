import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, createTestApi } from '../../support/api.ts';
import type { TestApi } from '../../support/api.ts';
import { givenHand, P, shown } from './hand-portfolio.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await givenHand(api);
});
afterAll(() => api.close());

describe('rolling figures', () => {
  test('each window is the period of its days', async () => {
    const reply = await bodyOf<{ rows: Record<string, string | number | null>[]; frequency: string }>(
      api.get(
        `${P}/rolling?window=7d&figures=twr,volatility,max_drawdown,beta&benchmark=security:INDEX&from=2024-01-02`,
      ),
    );
    expect(reply.frequency).toBe('daily');
    // From the 2nd to the 8th: 2, −2, 5, −1, 2 %, squares around 1.2 % of 0.0038 − 5 · 0.012² = 0.00308.
    expect(reply.rows).toEqual([
      {
        date: '2024-01-08',
        from: '2024-01-02',
        returns: 5,
        twr: '0.059865884',
        volatility: shown(Math.sqrt((0.00308 / 4) * 252)),
        max_drawdown: '-0.02',
        // Index 1, 0, 2, 0, 3 %: squares 0.0014 − 5 · 0.012² = 0.00068; products 0.0018 − 5 · 0.012² = 0.00108.
        beta: shown(0.00108 / 0.00068),
        reason: null,
      },
    ]);
  });

  test('columns are those asked for, and few returns say why there is no figure', async () => {
    const text = await (
      await api.get(`${P}/rolling?window=3d&figures=sharpe,max_drawdown,twr&format=csv`)
    ).text();
    expect(text.split('\n').slice(0, 2)).toEqual([
      'date,from,returns,twr,sharpe,max_drawdown,reason',
      // 1 · 1.02 · 0.98; the fall needs no returns, as in a period of those days.
      '2024-01-03,2024-01-01,3,-0.0004,,-0.02,too_few_returns',
    ]);
  });

  test('pages go on after the last date', async () => {
    type Page = { rows: { date: string }[]; next_cursor: string | null };
    const first = await bodyOf<Page>(api.get(`${P}/rolling?window=2d&limit=2`));
    const second = await bodyOf<Page>(api.get(`${P}/rolling?window=2d&limit=4&cursor=${first.next_cursor}`));
    expect([...first.rows, ...second.rows].map(({ date }) => date)).toEqual(
      ['02', '03', '04', '05', '08'].map((date) => `2024-01-${date}`),
    );
    expect(second.next_cursor).toBeNull();
  });

  test('what compares needs a benchmark', async () => {
    const reply = await api.get(`${P}/rolling?figures=beta`);
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ errors: [{ field: 'figures', rule: 'needs_benchmark' }] });
    expect((await api.get(`${P}/rolling?figures=nothing`)).status).toBe(400);
    expect((await api.get(`${P}/rolling?window=1x`)).status).toBe(400);
  });
});

describe('drawdowns', () => {
  test('deepest first, apart from each other', async () => {
    expect(await bodyOf(api.get(`${P}/drawdowns`))).toMatchObject({
      from: '2024-01-01',
      to: '2024-01-08',
      reasons: [],
      rows: [
        {
          rank: 1,
          depth: '-0.02',
          start: '2024-01-02',
          trough: '2024-01-03',
          recovery: '2024-01-04',
          days_to_trough: 1,
          days_to_recovery: 2,
          days: 2,
        },
        // Friday's fall lasts over the weekend.
        {
          rank: 2,
          depth: '-0.01',
          start: '2024-01-04',
          trough: '2024-01-05',
          recovery: '2024-01-08',
          days: 4,
        },
      ],
    });
  });

  test('as many as asked for, and of the range asked for', async () => {
    const reply = await bodyOf<{ rows: object[] }>(
      api.get(`${P}/drawdowns?top=1&from=2024-01-05&to=2024-01-07`),
    );
    expect(reply.rows).toEqual([
      expect.objectContaining({ depth: '-0.01', start: '2024-01-04', recovery: null, days: 3 }),
    ]);
  });

  test('of a range that ends before it begins are refused, as its returns are', async () => {
    for (const path of ['drawdowns', 'performance']) {
      const reply = await api.get(`${P}/${path}?from=2024-01-05&to=2024-01-04`);
      expect([path, reply.status]).toEqual([path, 400]);
      expect(await reply.json()).toMatchObject({ errors: [{ field: 'from', rule: 'order' }] });
    }
  });
});
