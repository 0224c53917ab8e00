import { describe, expect, it } from 'vitest';
import { deadLetter, reasonOf } from '../../../commands/ingest/dead-letter.ts';

const MESSAGE = { offset: 1, key: null, value: null, headers: [] };
const reason = (text: string) => deadLetter(MESSAGE, 'invalid', text).reason;

describe('the reason of a dead letter', () => {
  it('holds nothing that a database or a terminal stumbles over', () => {
    expect(reason('a\u0000\u001b[31mb\u007f')).toBe('a [31mb ');
    expect(reason('half \ud83d of a sign, and 😀')).toBe('half \ufffd of a sign, and 😀');
  });

  it('is of bounded length, cut between signs', () => {
    expect(reason('x'.repeat(3_000))).toHaveLength(2_000);
    const cut = reason('x'.repeat(1_998) + '😀'.repeat(10));
    expect(cut).toHaveLength(2_000);
    expect(cut).not.toMatch(/\p{Surrogate}/u);
  });

  it('names field, fault and rule of each error, and the item of an array', () => {
    const errors = [
      { field: 'price', rule: 'positive', message: 'must be greater than zero' },
      { field: '', rule: 'json', message: 'malformed' },
    ];
    expect(reasonOf(errors)).toBe('price: must be greater than zero (positive); malformed (json)');
    expect(reasonOf(errors.slice(0, 1), 3)).toBe('item 3: price: must be greater than zero (positive)');
  });
});
