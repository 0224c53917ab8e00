import { describe, expect, it } from 'vitest';
import { calendarOf, createCalendars } from '../../../domain/market/calendars/calendars.ts';
import { parseSymbol } from '../../../domain/market/symbol.ts';

describe('a symbol', () => {
  it('is the code in capitals without the suffix of a known exchange', () => {
    expect(parseSymbol('AAPL.O')).toEqual({ symbol: 'AAPL', exchange: 'XNAS' });
    expect(parseSymbol('aapl.oq')).toEqual({ symbol: 'AAPL', exchange: 'XNAS' });
    expect(parseSymbol('aapl')).toEqual({ symbol: 'AAPL', exchange: undefined });
    expect(parseSymbol('7203.T')).toEqual({ symbol: '7203', exchange: 'XTKS' });
    expect(parseSymbol('SAP.DE')).toEqual({ symbol: 'SAP', exchange: 'XETR' });
    expect(parseSymbol('VOD.L')).toEqual({ symbol: 'VOD', exchange: 'XLON' });
  });

  it('keeps its share class', () => {
    expect(parseSymbol('BRK.A')?.symbol).toBe('BRK.A');
    expect(parseSymbol('brk.b')?.symbol).toBe('BRK.B');
    expect(parseSymbol('BRK.B.N')).toEqual({ symbol: 'BRK.B', exchange: 'XNYS' });
    expect(parseSymbol('BF.B.N.N')?.symbol).toBe('BF.B.N');
  });

  it('may be an index, a pair or a future', () => {
    for (const code of ['.SPX', '^GSPC', 'EUR=', 'BTC-USD', 'EUR/USD', 'ES=F', '.N', 'VOLV_B'])
      expect(parseSymbol(code)).toEqual({ symbol: code, exchange: undefined });
  });

  it('is nothing else', () => {
    const others = ['', ' ', '*', 'A B', 'A,B', "A'", '-A', 'A\n', 'ſ', 'ÄÖ', 'A\u0000', '=', 'A%B', 'A?'];
    for (const code of others) expect(parseSymbol(code), code).toBeUndefined();
  });

  it('has at most 20 characters', () => {
    expect(parseSymbol('A'.repeat(20))?.symbol).toHaveLength(20);
    expect(parseSymbol(`${'A'.repeat(20)}.OQ`)?.symbol).toHaveLength(20);
    expect(parseSymbol('A'.repeat(21))).toBeUndefined();
    expect(parseSymbol(`${'A'.repeat(18)}.QQ`)).toBeUndefined();
  });

  it('names only exchanges whose calendar is known', () => {
    const { exchanges } = createCalendars();
    for (const suffix of 'O OQ N L DE PA AS S SW MI MC T HK TO AX'.split(' ')) {
      const exchange = parseSymbol(`X1.${suffix}`)?.exchange;
      expect(exchanges).toContain(exchange);
      expect(calendarOf(exchange!).exchange).toBe(exchange);
    }
  });
});
