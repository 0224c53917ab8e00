import { describe, expect, it } from 'vitest';
import { callerAddress } from '../../../api/access/address.ts';
import { answeredProtocol, bearerToken, protocolToken } from '../../../api/access/bearer.ts';

describe('a bearer token', () => {
  it('is read of its header, and nothing of any other', () => {
    expect(bearerToken(undefined)).toBeUndefined();
    expect(bearerToken('Bearer a.b-c_d~e+f/g=')).toBe('a.b-c_d~e+f/g=');
    expect(bearerToken('bearer   abc ')).toBe('abc');
    for (const header of [
      '',
      'Bearer',
      'Bearer ',
      'Bearer a b',
      'Basic abc',
      'abc',
      `Bearer ${'x'.repeat(8_193)}`,
    ])
      expect([header, bearerToken(header)]).toEqual([header, '']);
  });

  it('is read of the subprotocols offered, and never answered', () => {
    expect(protocolToken(undefined)).toBeUndefined();
    expect(protocolToken('chronofolio')).toBeUndefined();
    expect(protocolToken('chronofolio, chronofolio.bearer.abc')).toBe('abc');
    expect(protocolToken(`chronofolio.bearer.${'x'.repeat(8_193)}`)).toBeUndefined();
    expect(answeredProtocol(new Set(['chronofolio.bearer.abc', 'chronofolio']))).toBe('chronofolio');
    expect(answeredProtocol(new Set(['other', 'chronofolio.bearer.abc']))).toBe('other');
    expect(answeredProtocol(new Set(['chronofolio.bearer.abc']))).toBe(false);
  });
});

describe('the address of a caller', () => {
  it('is that of the connection where no proxy is trusted', () => {
    expect(callerAddress('10.0.0.1', '1.2.3.4', 0)).toBe('10.0.0.1');
    expect(callerAddress(undefined, undefined, 0)).toBe('unknown');
  });

  it('is what the outermost trusted proxy says, whatever the caller wrote before it', () => {
    expect(callerAddress('10.0.0.1', '6.6.6.6, 1.2.3.4', 1)).toBe('1.2.3.4');
    expect(callerAddress('10.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.2', 2)).toBe('1.2.3.4');
    expect(callerAddress('10.0.0.1', undefined, 1)).toBe('10.0.0.1');
    // Fewer hops than proxies: somebody came in past one of them.
    expect(callerAddress('10.0.0.1', '1.2.3.4', 3)).toBe('1.2.3.4');
  });

  it('is one for all that a caller has: 64 bits of IPv6, any port, IPv4 in either clothing', () => {
    const of = (hop: string) => callerAddress('10.0.0.1', hop, 1);
    for (const [hop, caller] of [
      ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
      ['2001:0DB8:0001:0002:ffff:eeee:dddd:cccc', '2001:db8:1:2::/64'],
      ['[2001:db8:1:2::9]:4711', '2001:db8:1:2::/64'],
      ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
      ['2001:db8::1', '2001:db8:0:0::/64'],
      ['::1', '0:0:0:0::/64'],
      ['fe80::1%eth0', 'fe80:0:0:0::/64'],
      ['1.2.3.4:4711', '1.2.3.4'],
      ['::ffff:1.2.3.4', '1.2.3.4'],
      // Not the name of a principal, whose allowance it would spend.
      ['key:aaaaaaaaaaaa', 'unknown'],
      ['999.1.1.1', 'unknown'],
      ['', 'unknown'],
    ] as const)
      expect([hop, of(hop)]).toEqual([hop, caller]);
    expect(callerAddress('::ffff:127.0.0.1', undefined, 0)).toBe('127.0.0.1');
  });
});
