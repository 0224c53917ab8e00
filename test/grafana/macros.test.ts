import { expect, test } from 'vitest';
import { expandPromql, expandSql } from './macros.ts';

const range = { from: new Date('2025-01-01T00:00:00Z'), to: new Date('2025-02-01T12:00:00Z') };

test('times become literals, variables what their format says', () => {
  const chosen = new Map([['v', ["it's", 'b']]]);
  expect(expandSql('$__timeFilter(p.time) and x in (${v:sqlstring})', range, chosen)).toBe(
    "p.time BETWEEN '2025-01-01T00:00:00.000Z' AND '2025-02-01T12:00:00.000Z' and x in ('it''s','b')",
  );
  expect(expandPromql('rate(x[$__rate_interval])', 60)).toBe('rate(x[60s])');
});

test('what Grafana does not know is refused', () => {
  expect(() => expandSql('$__timeGroupp(time)', range, new Map())).toThrow('$__timeGroupp');
  expect(() => expandSql('${missing}', range, new Map())).toThrow('missing');
  expect(() => expandSql('${v:csvv}', range, new Map([['v', ['a']]]))).toThrow('csvv');
  expect(() => expandSql('${v}', range, new Map([['v', []]]))).toThrow('no value');
  expect(() => expandPromql('rate(x[$__rate])', 60)).toThrow('$__rate');
});
