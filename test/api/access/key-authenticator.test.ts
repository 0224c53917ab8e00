/** What is asked of the store for a key, and what is found wrong with one. */
import { describe, expect, it } from 'vitest';
import { createKeyAuthenticator } from '../../../api/access/key-authenticator.ts';
import { secretHash } from '../../../commands/access/keys.ts';
import type { StoredKey } from '../../../commands/access/ports.ts';

const SECRET = 'S'.repeat(43);
const ID = 'aaaaaaaaaaaa';
const TOKEN = `cf_${ID}_${SECRET}`;

const stored = (given: Partial<StoredKey> = {}): StoredKey => ({
  key_id: ID,
  hash: secretHash(SECRET),
  name: 'test',
  scopes: ['read'],
  portfolio_ids: null,
  created_at: '2026-01-01T00:00:00.000000Z',
  expires_at: null,
  revoked_at: null,
  last_used_at: null,
  ...given,
});

/** A store whose questions are answered when the test says so. */
function openStage(rememberMs = 1_000) {
  let now = Date.parse('2026-06-01T00:00:00Z');
  const answers: ((key: StoredKey | undefined) => void)[] = [];
  const keys = createKeyAuthenticator({
    store: {
      find: () => new Promise((resolve) => void answers.push(resolve)),
      used: () => Promise.resolve(),
    },
    now: () => now,
    onError: (error) => {
      throw error;
    },
    rememberMs,
  });
  return { keys, answers, pass: (ms: number) => void (now += ms) };
}

describe('a key', () => {
  it('that is asked for by many at once costs one question', async () => {
    const { keys, answers, pass } = openStage();
    const all = Array.from({ length: 1_000 }, () => keys.authenticate(TOKEN));
    expect(answers).toHaveLength(1);
    answers[0]!(stored());
    for (const one of await Promise.all(all)) expect(one).toMatchObject({ id: `key:${ID}` });
    pass(1_000);
    const later = keys.authenticate(TOKEN);
    expect(answers).toHaveLength(2);
    answers[1]!(stored({ revoked_at: '2026-05-01T00:00:00.000000Z' }));
    expect(await later).toBe('revoked');
  });

  it('is as old as the question, not as the answer', async () => {
    const { keys, answers, pass } = openStage();
    const first = keys.authenticate(TOKEN);
    pass(900);
    answers[0]!(stored());
    await first;
    pass(99);
    expect(await keys.authenticate(TOKEN)).toMatchObject({ id: `key:${ID}` });
    expect(answers).toHaveLength(1);
    pass(1);
    void keys.authenticate(TOKEN);
    expect(answers).toHaveLength(2);
  });

  it('that was good is known for as long as it was not found to be otherwise', async () => {
    const { keys, answers, pass } = openStage();
    expect(keys.knows(TOKEN)).toBe(false);
    const first = keys.authenticate(TOKEN);
    answers[0]!(stored());
    await first;
    pass(3_600_000);
    expect(keys.knows(TOKEN)).toBe(true);
    expect(keys.knows(`cf_${ID}_${'T'.repeat(43)}`)).toBe(false);
    const second = keys.authenticate(TOKEN);
    answers[1]!(stored({ revoked_at: '2026-06-01T00:00:00.000000Z' }));
    await second;
    expect(keys.knows(TOKEN)).toBe(false);
  });

  it('that is revoked here while it is asked for is not remembered as good', async () => {
    const { keys, answers } = openStage();
    const before = keys.authenticate(TOKEN);
    keys.forget(ID);
    answers[0]!(stored());
    await before;
    expect(keys.knows(TOKEN)).toBe(false);
    const after = keys.authenticate(TOKEN);
    answers[1]!(stored({ revoked_at: '2026-06-01T00:00:00.000000Z' }));
    expect(await after).toBe('revoked');
  });

  it('is said to be revoked or expired to whoever has its secret alone', async () => {
    const revoked = { revoked_at: '2026-05-01T00:00:00.000000Z' };
    const expired = { expires_at: '2026-06-01T00:00:00.000000Z' };
    const wrong = `cf_${ID}_${'T'.repeat(43)}`;
    for (const [token, key, fault] of [
      [TOKEN, stored(revoked), 'revoked'],
      [TOKEN, stored(expired), 'expired'],
      [TOKEN, stored({ ...revoked, ...expired }), 'revoked'],
      [TOKEN, undefined, 'invalid'],
      [wrong, stored(), 'invalid'],
      [wrong, stored(revoked), 'invalid'],
      [wrong, stored(expired), 'invalid'],
    ] as const) {
      const { keys, answers } = openStage();
      const found = keys.authenticate(token);
      answers[0]!(key);
      expect([token, await found]).toEqual([token, fault]);
    }
    const { keys, answers } = openStage();
    expect(await keys.authenticate('cf_')).toBe('invalid');
    expect(answers).toEqual([]);
  });
});
