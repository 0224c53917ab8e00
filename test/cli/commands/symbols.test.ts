import { describe, expect, it } from 'vitest';
import type { ExchangeChange, SymbolBook, SymbolFacts } from '../../../projections/market/bars.ts';
import { partialApp, run } from '../support/run.ts';

const FACTS: SymbolFacts = {
  symbol: 'BRK.A',
  exchange: '24x7',
  newest_tick: Date.UTC(2025, 5, 2, 14, 2, 3),
  first_intraday: Date.UTC(2025, 5, 1, 10, 5),
  last_intraday: Date.UTC(2025, 5, 2, 14),
  first_daily: Date.UTC(2015, 0, 2),
  last_daily: null,
};

/** A book that answers the same to every change, and notes what it was asked. */
function book(
  change: ExchangeChange = { status: 'unknown_symbol' },
  facts: readonly SymbolFacts[] = [FACTS],
) {
  const asked: unknown[] = [];
  const symbols: SymbolBook = {
    async list(options) {
      asked.push(options);
      return facts;
    },
    async setExchange(...given) {
      asked.push(given);
      return change;
    },
  };
  return { asked, cli: (line: string) => run(line, { open: async () => partialApp({ symbols }) }) };
}

describe('chronofolio symbols', () => {
  it('lists what is there', async () => {
    const { asked, cli } = book();
    const { out, exit } = await cli('symbols list --after aapl.o --limit 5');
    expect(asked).toEqual([{ limit: 5, after: 'AAPL' }]);
    expect(out).toContain('BRK.A');
    expect(out).toContain('2025-06-02T14:02');
    expect(out).toContain('2015-01-02');
    expect(exit).toBe(0);
    expect(JSON.parse((await cli('symbols --json')).out)).toMatchObject({
      symbols: [{ symbol: 'BRK.A', newest_tick: '2025-06-02T14:02:03.000Z', last_daily: null }],
    });
  });

  it('says so when there are none', async () => {
    expect((await book(undefined, []).cli('symbols')).out).toContain('no symbols');
  });

  it('sets the exchange of one', async () => {
    const { asked, cli } = book({ status: 'changed', from: '24x7', to: 'XNYS', dailyBars: 12 });
    const { out, exit } = await cli('symbols set brk.a --exchange XNYS');
    expect(asked).toEqual([['BRK.A', 'XNYS']]);
    expect(out).toContain('12 daily bars made anew');
    expect(exit).toBe(0);
    expect(JSON.parse((await cli('symbols set BRK.A --exchange XNYS --json')).out)).toEqual({
      ...{ symbol: 'BRK.A', exchange: 'XNYS', changed: true },
      ...{ from: '24x7', daily_bars: 12 },
    });
  });

  it('leaves one that has it already', async () => {
    const { cli } = book({ status: 'unchanged', exchange: 'XNYS' });
    expect((await cli('symbols set A --exchange XNYS')).out).toContain('already');
  });

  it('refuses a symbol or an exchange that is not known, and what is none', async () => {
    expect(await book().cli('symbols set A --exchange XNYS')).toMatchObject({ exit: 1 });
    const { cli } = book({ status: 'unknown_exchange', exchanges: ['FX', 'XNYS'] });
    const refused = await cli('symbols set A --exchange NOWHERE');
    expect(refused.exit).toBe(2);
    expect(refused.notes).toContain('FX, XNYS');
    expect((await cli('symbols set a,b --exchange XNYS')).exit).toBe(2);
    expect((await cli('symbols set A')).exit).toBe(2);
  });
});
