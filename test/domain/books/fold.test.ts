import { describe, expect, it } from 'vitest';
import { encodeState } from '../../../domain/books/state.ts';
import { fold, foldWithCash, text, tx, USD_BOOK } from './given-books.ts';

const buy = (at: string, quantity: string, price: string) => tx('BUY', 'AAPL', at, { quantity, price });
const sell = (at: string, quantity: string, price: string) => tx('SELL', 'AAPL', at, { quantity, price });

describe('the fold', () => {
  it('holds a sale back until its purchase is there, and then applies it by itself', () => {
    const sale = sell('2024-02-01', '10', '120');
    expect(fold(USD_BOOK, [sale]).pending.map((pending) => pending.transactionId)).toEqual([sale.id]);
    const complete = fold(USD_BOOK, [sale, buy('2024-01-02', '10', '100')]);
    expect(complete.pending).toEqual([]);
    expect(text(complete.state('AAPL').realizedLocal)).toBe('200');
  });

  it('moves no cash for what is pending', () => {
    expect(foldWithCash(USD_BOOK, [sell('2024-02-01', '10', '120')]).effects).toEqual([]);
  });

  it('restates the gain of every later sale for a back-dated purchase', () => {
    const known = [
      buy('2024-02-01', '30', '100'),
      sell('2024-03-01', '10', '120'),
      sell('2024-04-01', '10', '120'),
      sell('2024-05-01', '10', '120'),
    ];
    const gains = (book: ReturnType<typeof fold>) =>
      book.effectsOn('AAPL').flatMap((effect) => (effect.rank === 5 ? [text(effect.realizedLocal)] : []));
    expect(gains(fold(USD_BOOK, known))).toEqual(['200', '200', '200']);
    const backDated = buy('2024-01-02', '5', '60');
    expect(gains(fold(USD_BOOK, [...known, backDated]))).toEqual(['400', '200', '200']);
    const average = { ...USD_BOOK, method: 'average' } as const;
    const restated = gains(fold(average, [...known, backDated])).map(Number);
    expect(restated.every((gain) => gain > 257.1 && gain < 257.2)).toBe(true);
  });

  it('puts what comes in before what goes out of the same instant', () => {
    const book = fold(USD_BOOK, [sell('2024-01-02', '10', '100'), buy('2024-01-02', '10', '90')]);
    expect(book.pending).toEqual([]);
    expect(text(book.state('AAPL').realizedLocal)).toBe('100');
  });

  it('leaves the states it was given alone, and continues from them', () => {
    const first = fold(USD_BOOK, [buy('2024-01-02', '10', '100')]);
    const before = encodeState(first.state('AAPL'));
    const second = fold(USD_BOOK, [sell('2024-02-01', '4', '120')], {}, first.states);
    expect(encodeState(first.state('AAPL'))).toBe(before);
    expect(text(second.state('AAPL').quantity)).toBe('6');
  });

  it('throws for a key it was not given', () => {
    const stray = { ...buy('2024-01-02', '1', '1'), securityId: 'UNKNOWN' };
    expect(() => fold(USD_BOOK, [stray])).toThrow(RangeError);
  });
});
