import { describe, expect, it } from 'vitest';
import { noting, touchedBy } from '../../../api/commands/touched.ts';
import { rejected } from '../../../commands/parsed.ts';
import type { Parsed } from '../../../commands/parsed.ts';

const projections = {
  portfolioAt: (position: number) => Promise.resolve(position === 7 ? 'P7' : undefined),
};

describe('whom a command makes its caller wait for', () => {
  it('are the portfolios that transactions name, each once', async () => {
    const { note, touched } = touchedBy('transactions', projections);
    for (const portfolio_id of ['P1', 'P2', 'P1']) note({ portfolio_id });
    note('no object');
    note(null);
    expect(await touched?.(1)).toEqual(['P1', 'P2']);
  });

  it('are those of a stream once it has passed', async () => {
    const portfolios = touchedBy('transactions', projections);
    async function* items(): AsyncGenerator<Parsed<unknown>> {
      yield { ok: true, value: { portfolio_id: 'P1' } };
      yield rejected({ field: '', rule: 'json', message: 'is no JSON' });
      yield { ok: true, value: { portfolio_id: 'P3' } };
    }
    const passed = [];
    for await (const item of noting(items(), portfolios)) passed.push(item.ok);
    expect(passed).toEqual([true, false, true]);
    expect(await portfolios.touched?.(1)).toEqual(['P1', 'P3']);
  });

  it('is the portfolio of the transaction that is corrected or cancelled', async () => {
    const { touched } = touchedBy('corrections', projections);
    expect(await touched?.(7)).toEqual(['P7']);
    expect(await touchedBy('cancellations', projections).touched?.(8)).toBeUndefined();
  });

  it('are all for what portfolios share', () => {
    for (const command of ['prices', 'fx-rates', 'splits', 'business-dates', 'securities'] as const)
      expect(touchedBy(command, projections).touched).toBeUndefined();
  });
});
