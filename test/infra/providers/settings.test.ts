import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readProviderFile } from '../../../infra/providers/settings.ts';

const HTTP = { kind: 'http', url: 'https://api.example/bars?s={symbol}', rows: '[*]' };

function file(document: unknown, env: Record<string, string> = {}, files: Record<string, string> = {}) {
  const readFile = (path: string): string => {
    const text = path === 'providers.json' ? JSON.stringify(document) : files[path];
    if (text === undefined) throw new Error('ENOENT');
    return text;
  };
  return readProviderFile('providers.json', { env, readFile });
}

const withHeaders = (headers: unknown) => ({ providers: { acme: { bars: { ...HTTP, headers } } } });

describe('the file of providers', () => {
  it('puts credentials where they are referred to, and knows them in any spelling', () => {
    const document = {
      providers: {
        acme: {
          bars: {
            ...HTTP,
            url: 'https://api.example/bars?token=${ACME_TOKEN}',
            headers: { authorization: 'Bearer ${ACME_TOKEN}', 'x-api-key': { file: '/run/key' } },
          },
          live: {
            ...{ kind: 'websocket', url: 'wss://api.example', symbols: ['AAPL'] },
            subscribe: { op: 'auth', key: '${ACME_TOKEN}' },
          },
        },
      },
    };
    const { settings, mask } = file(document, { ACME_TOKEN: 'a/b"c' }, { '/run/key': 'hush\n' }).settings(
      'acme',
    );
    expect(settings.bars).toMatchObject({
      url: 'https://api.example/bars?token=a/b"c',
      headers: { authorization: 'Bearer a/b"c', 'x-api-key': 'hush' },
    });
    expect(settings.live).toMatchObject({ subscribe: { op: 'auth', key: 'a/b"c' } });
    expect(mask('to ?t=a%2Fb%22c as "a/b\\"c" with a/b"c and hush')).toBe(
      'to ?t=*** as "***" with *** and ***',
    );
  });

  it('is read without the credentials of providers that are not used', () => {
    const read = file(withHeaders({ authorization: '${NOT_SET}' }));
    expect(read.names).toEqual(['acme']);
    expect(() => read.settings('acme')).toThrow('the variable NOT_SET, which');
    expect(() => file(withHeaders({ 'x-key': { file: '/no' } })).settings('acme')).toThrow(
      'the file /no, which',
    );
    expect(() => read.settings('other')).toThrow('no provider called "other"');
  });

  it.each([
    [
      withHeaders({ Authorization: 'Bearer 123' }),
      /acme\.bars\.headers\.Authorization must not hold a credential/,
    ],
    [{ providers: { a: { bars: { ...HTTP, url: 'https://x/?apikey=1' } } } }, /a\.bars\.url must not hold/],
    [{ providers: { a: { bars: { ...HTTP, url: 'https://me:pw@x/' } } } }, /a\.bars\.url must not hold/],
    [{ providers: { a: { bars: { ...HTTP, rows: 'data[' } } } }, /a\.bars\.rows: must be a path/],
    [{ providers: { a: { bars: { ...HTTP, retrys: 3 } } } }, /retrys/],
    [{ providers: { 'A b': {} } }, /A b/],
    [{ providers: { a: { gapFill: 'b' } } }, /a\.gapFill: there is no provider of bars called "b"/],
    [[], /^providers.json: /],
  ])('is refused with the place and the rule: %j', (document, message) => {
    expect(() => file(document)).toThrow(message);
  });

  it('of the documentation is one', () => {
    const page = readFileSync(new URL('../../../docs/market-feeds.md', import.meta.url), 'utf8');
    const [, example = ''] = /```json\n([^]*?)```/.exec(page) ?? [];
    const read = file(JSON.parse(example), { ACME_TOKEN: 'x' }, { '/run/secrets/acme': 'y' });
    expect(read.names.map((name) => Object.keys(read.settings(name).settings))).toEqual([
      ['symbols', 'bars'],
      ['symbols', 'bars', 'live'],
      ['symbols', 'live', 'gapFill'],
    ]);
  });

  it('is refused when it is no JSON', () => {
    const readFile = () => '{';
    expect(() => readProviderFile('p.json', { env: {}, readFile })).toThrow(/^p.json: is not JSON/);
  });
});
