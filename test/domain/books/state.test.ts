import { describe, expect, it } from 'vitest';
import { decodeState, encodeState, initialState } from '../../../domain/books/state.ts';
import { fold, plain, tx, USD_BOOK } from './given-books.ts';

describe('the state as JSON', () => {
  it('comes back equal, from text or parsed', () => {
    const { states } = fold(USD_BOOK, [
      tx('BUY', 'AAPL', '2024-01-02', { quantity: '10', price: '100.50' }),
      tx('SPLIT', 'AAPL', '2024-02-01', { ratio: '3' }),
      tx('SELL', 'AAPL', '2024-03-01', { quantity: '7', price: '40' }),
    ]);
    const state = states.get('AAPL')!;
    const json = encodeState(state);
    expect(plain(decodeState(json))).toEqual(plain(state));
    expect(plain(decodeState(JSON.parse(json)))).toEqual(plain(state));
    expect(encodeState(decodeState(json))).toBe(json);
  });

  it('of a key before its first transaction is empty', () => {
    expect(plain(decodeState(encodeState(initialState())))).toEqual(plain(initialState()));
  });

  it('is the same for equal figures of different scale', () => {
    const encoded = ['100', '100.00'].map((price) =>
      encodeState(
        fold(USD_BOOK, [
          tx('BUY', 'AAPL', '2024-01-02', { transaction_id: 'X', quantity: '1', price }),
        ]).state('AAPL'),
      ),
    );
    expect(encoded[0]).toBe(encoded[1]);
  });
});
