/** Which requests are those of a web page from elsewhere. */
import { describe, expect, it } from 'vitest';
import { isForeign } from '../../../api/access/visit.ts';
import type { Visit } from '../../../api/access/visit.ts';

const visit = (given: Partial<Visit>): Visit => ({
  method: 'GET',
  host: 'localhost:8080',
  origin: undefined,
  site: undefined,
  mode: undefined,
  forwardedFor: undefined,
  ...given,
});
const foreign = (given: Partial<Visit>, origins: readonly string[] = ['*']) =>
  isForeign(visit(given), origins);

describe('a request to this machine', () => {
  it('of a program is not one, by whatever the machine is called in this machine', () => {
    for (const host of [
      undefined,
      'localhost',
      'localhost.',
      'LOCALHOST:8080',
      'books.localhost:8080',
      '127.0.0.1:8080',
      '127.1.2.3',
      '[::1]:8080',
      // No name, so nobody can have made it mean this machine.
      '192.168.1.7:8080',
      '[fe80::1]:8080',
    ])
      for (const method of ['GET', 'POST', 'DELETE'])
        expect([host, foreign({ host, method })]).toEqual([host, false]);
  });

  it('by a name that somebody else may have resolved to it is one', () => {
    for (const host of [
      'evil.example',
      'localhost.evil.example:8080',
      '127.0.0.1.evil.example',
      'notlocalhost',
      'evil.example:8080@localhost',
      'localhost:8080@evil.example',
      '',
      'no host',
    ])
      expect([host, foreign({ host })]).toEqual([host, true]);
    expect(foreign({ host: 'books.example:8080' }, ['http://books.example:8080'])).toBe(false);
    expect(foreign({ host: 'other.example:8080' }, ['http://books.example:8080'])).toBe(true);
  });

  it('of a page is one, unless the page is of this machine or is named', () => {
    for (const origin of [
      'https://evil.example',
      'null',
      '',
      'http://localhost.evil.example',
      'http://127.0.0.1.evil.example',
      'http://192.168.1.7',
      'file://',
    ])
      expect([origin, foreign({ origin })]).toEqual([origin, true]);
    for (const origin of [
      'http://localhost:3000',
      'http://app.localhost',
      'https://127.0.0.1',
      'http://[::1]:5173',
    ])
      expect([origin, foreign({ origin })]).toEqual([origin, false]);
    expect(foreign({ origin: 'https://desk.example' }, ['https://desk.example'])).toBe(false);
    expect(foreign({ origin: 'https://desk.example:444' }, ['https://desk.example'])).toBe(true);
    // Its own page, where the machine is asked by its number.
    expect(foreign({ host: '192.168.1.7:8080', origin: 'http://192.168.1.7:8080' })).toBe(false);
    expect(foreign({ host: '192.168.1.7:8080', origin: 'http://192.168.1.7:9999' })).toBe(true);
  });

  it('is one where the browser says so without an origin, but for links and what is next door', () => {
    for (const method of ['POST', 'DELETE'])
      for (const site of ['cross-site', 'same-site'])
        for (const mode of ['no-cors', 'navigate', undefined])
          expect([site, mode, foreign({ method, site, mode })]).toEqual([site, mode, true]);
    expect(foreign({ site: 'cross-site', mode: 'no-cors' })).toBe(true);
    expect(foreign({ site: 'cross-site', mode: 'navigate' })).toBe(false);
    // Another port of this machine.
    expect(foreign({ site: 'same-site', mode: 'no-cors' })).toBe(false);
    for (const site of ['same-origin', 'none', undefined])
      expect(foreign({ method: 'POST', site, mode: 'cors' })).toBe(false);
  });

  it('is one that a proxy makes for somebody elsewhere, and not one that a proxy makes for this machine', () => {
    for (const forwardedFor of [
      '1.2.3.4',
      '127.0.0.1, 1.2.3.4',
      '1.2.3.4, 127.0.0.1',
      '2001:db8::1',
      '',
      'unknown',
    ])
      expect([forwardedFor, foreign({ forwardedFor })]).toEqual([forwardedFor, true]);
    for (const forwardedFor of ['127.0.0.1', '::1', '[::1]:4711', '::ffff:127.0.0.1', '127.0.0.1:99, ::1'])
      expect([forwardedFor, foreign({ forwardedFor })]).toEqual([forwardedFor, false]);
  });
});
