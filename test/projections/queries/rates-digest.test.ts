import { expect, test } from 'vitest';
import { NO_DEFINITION_READS } from '../../../projections/definitions/fold.ts';
import { ratesDigest } from '../../../projections/queries/rates-digest.ts';

test('is asked for once for a position and a set of currencies, and by position where there is none', async () => {
  const asked: string[] = [];
  const source = (position: number, digest: string) => ({
    reader: { definitions: { ...NO_DEFINITION_READS } },
    model: {
      fxDigest: async (currencies: readonly string[]) => {
        asked.push(`${position} ${currencies.join()}`);
        return digest;
      },
    },
    version: { position },
  });
  const first = source(7, 'a');
  expect(await ratesDigest(first, ['EUR', 'USD'])).toBe('a');
  expect(await ratesDigest(first, ['EUR', 'USD'])).toBe('a');
  expect(await ratesDigest({ ...first, version: { position: 8 } }, ['EUR', 'USD'])).toBe('a');
  expect(await ratesDigest(first, ['EUR', 'GBP'])).toBe('a');
  expect(asked).toEqual(['7 EUR,USD', '7 EUR,USD', '7 EUR,GBP']);
  expect(await ratesDigest(source(9, ''), ['EUR'])).toBe('at 9');
});
