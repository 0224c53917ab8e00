/** Whose keys of idempotency are whose. */
import { expect, it } from 'vitest';
import { requestKey } from '../../../commands/handler/appending.ts';

const keyOf = (actor: string | undefined, key: string) =>
  requestKey(
    { source: 'http', ...(actor === undefined ? {} : { actor }), idempotency: { key, fingerprint: 'f' } },
    0,
  )?.key;

it('keys of callers are their own, however callers and keys are spelt', () => {
  const all = [
    keyOf(undefined, 'jwt:a:b:c'),
    keyOf('jwt:a', 'b:c'),
    keyOf('jwt:a:b', 'c'),
    keyOf('jwt:a:b:c', ''),
    keyOf('key:aaaaaaaaaaaa', 'c'),
  ];
  expect(new Set(all).size).toBe(all.length);
});
