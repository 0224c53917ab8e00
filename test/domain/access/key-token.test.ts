import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyToken, parseKeyToken } from '../../../domain/access/key-token.ts';

const chars = (alphabet: string, length: number) =>
  fc
    .array(fc.nat(alphabet.length - 1), { minLength: length, maxLength: length })
    .map((all) => all.map((index) => alphabet.charAt(index)).join(''));
const ids = chars('abcdefghijklmnopqrstuvwxyz0123456789', 12);
const secrets = chars('ABCXYZabcxyz0189_-', 43);

it('a key is read as it was written, whatever signs its secret has', () => {
  fc.assert(
    fc.property(ids, secrets, (keyId, secret) => {
      expect(parseKeyToken(keyToken({ keyId, secret }))).toEqual({ keyId, secret });
    }),
  );
});

it('nothing else is one', () => {
  const id = 'k7m2qd4xw5ta';
  const secret = 's'.repeat(43);
  for (const text of [
    '',
    `cf_${id}_`,
    `cf_${id}_${secret}x`,
    `cf_${id}_${'s'.repeat(42)}`,
    `cf_${id.toUpperCase()}_${secret}`,
    `cf_${id}x_${secret}`,
    `xx_${id}_${secret}`,
    ` cf_${id}_${secret}`,
    `cf_${id}_${secret}\n`,
    `cf_${id}_${'s'.repeat(42)}=`,
  ])
    expect([text, parseKeyToken(text)]).toEqual([text, undefined]);
});
