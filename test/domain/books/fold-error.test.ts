import { describe, expect, it } from 'vitest';
import { FoldError, naming } from '../../../domain/books/fold-error.ts';

describe('a failure of the fold', () => {
  it('names the transaction, and says what went wrong', () => {
    const cause = new TypeError('not a number');
    const failing = () =>
      naming('T1', () => {
        throw cause;
      });
    expect(failing).toThrow(FoldError);
    expect(errorOf(failing)).toMatchObject({
      code: 'fold_failed',
      transactionId: 'T1',
      message: 'not a number',
      cause,
    });
  });

  it('keeps the name that was given closest to it', () => {
    const failing = () => naming('outer', () => naming('inner', () => JSON.parse('{') as unknown));
    expect(errorOf(failing)).toMatchObject({ transactionId: 'inner' });
  });

  it('is none where nothing fails', () => {
    expect(naming('T1', () => 7)).toBe(7);
  });
});

function errorOf(failing: () => unknown): unknown {
  try {
    failing();
  } catch (error) {
    return error;
  }
  return undefined;
}
