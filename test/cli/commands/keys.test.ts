import { describe, expect, it } from 'vitest';
import type { AccessKeys, KeyOrder } from '../../../commands/access/keys.ts';
import type { KeyRecord } from '../../../commands/access/ports.ts';
import { partialApp, run } from '../support/run.ts';

const KEY: KeyRecord = {
  key_id: 'k7m2qd4xw5ta',
  name: 'nightly report',
  scopes: ['read'],
  portfolio_ids: ['P1', 'P2', 'P3', 'P4', 'P5'],
  created_at: '2025-11-01T08:00:00.000000Z',
  expires_at: '2025-12-31T00:00:00.000000Z',
  revoked_at: null,
  last_used_at: '2025-12-30T10:11:12.000000Z',
};
const TOKEN = `cf_${KEY.key_id}_${'s'.repeat(43)}`;

/** A desk with one key, which notes what it was asked. */
function desk() {
  const asked: unknown[] = [];
  const keys: AccessKeys = {
    async issue(order: KeyOrder, by) {
      asked.push([order, by]);
      return { key: KEY, token: TOKEN };
    },
    list: async () => [
      KEY,
      { ...KEY, key_id: 'aaaaaaaaaaaa', portfolio_ids: null, expires_at: null, last_used_at: null },
    ],
    async revoke(keyId, by, reason) {
      asked.push([keyId, by, reason]);
      return keyId === KEY.key_id ? KEY : undefined;
    },
    rotate: async (keyId) => (keyId === KEY.key_id ? { key: KEY, token: TOKEN } : undefined),
  };
  const open = async () => partialApp({ keys });
  return { asked, cli: (line: string) => run(line, { open }) };
}

describe('chronofolio keys', () => {
  it('issues a key and prints it alone on standard output', async () => {
    const { asked, cli } = desk();
    const { out, notes, exit } = await cli(
      'keys issue --name report --scopes read,write --portfolios P1,P2 --expires 2030-01-01T00:00:00Z',
    );
    expect([exit, out]).toEqual([0, TOKEN]);
    expect(notes).toContain('it is not shown again');
    expect(notes).not.toContain('sss');
    expect(asked).toEqual([
      [
        {
          name: 'report',
          scopes: ['read', 'write'],
          portfolio_ids: ['P1', 'P2'],
          expires_at: '2030-01-01T00:00:00.000000Z',
        },
        { source: 'cli' },
      ],
    ]);
    expect(JSON.parse((await cli('keys issue --name report --scopes read --json')).out)).toMatchObject({
      token: TOKEN,
      key: { key_id: KEY.key_id },
    });
  });

  it('refuses an order that cannot be right, before anything is opened', async () => {
    for (const [line, complaint] of [
      ['keys issue --name report --scopes root', '--scopes'],
      ['keys issue --name report --scopes read --portfolios P1,,P2', '--portfolios'],
      ['keys issue --name report --scopes read --expires soon', '--expires'],
    ] as const) {
      const { exit, notes } = await run(line);
      expect([line, exit, notes]).toEqual([line, 2, expect.stringContaining(complaint)]);
    }
    const { exit, notes } = await desk().cli(
      'keys issue --name report --scopes read --expires 2020-01-01T00:00:00Z',
    );
    expect([exit, notes]).toEqual([2, expect.stringContaining('must be in the future')]);
  });

  it('lists what there is and in what state', async () => {
    const { out } = await desk().cli('keys');
    expect(out).toContain('P1,P2,P3 and 2 more');
    expect(out).toContain('ended 2025-12-31');
    expect(out).toContain('2025-12-30 10:11');
    expect(out).toMatch(/aaaaaaaaaaaa .* all .* never .* good/);
  });

  it('rotates and revokes', async () => {
    const { asked, cli } = desk();
    expect((await cli(`keys rotate ${KEY.key_id}`)).out).toBe(TOKEN);
    expect((await cli(`keys revoke ${KEY.key_id} --reason left`)).out).toContain('is revoked');
    expect(asked).toEqual([[KEY.key_id, { source: 'cli' }, 'left']]);
    for (const line of ['keys rotate aaaaaaaaaaaa', 'keys revoke aaaaaaaaaaaa'])
      expect((await cli(line)).exit).toBe(1);
    expect((await cli('keys revoke nonsense')).exit).toBe(2);
  });
});
