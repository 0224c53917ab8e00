import { expect, it } from 'vitest';
import { verificationCsv, verificationText } from '../../../cli/output/verification.ts';
import type { VerifyReport } from '../../../projections/verify/verify.ts';

const SOUND: VerifyReport = {
  ok: true,
  slot: 'gen_a',
  position: 1234,
  portfolios: 1,
  keys: 2,
  rows: 3000,
  checksum: '00ff',
  skipped: [],
  quarantined: [],
  fold_version: 1,
  row_versions: [1],
  differences: [],
  broken: [],
};

const BROKEN: VerifyReport = {
  ...SOUND,
  ok: false,
  differences: [
    {
      table: 'position_timeseries',
      portfolio_id: 'P1',
      security_id: 'S,1',
      date: '2025-01-06',
      stored: '1\t2',
      replayed: null,
    },
  ],
  broken: [
    {
      rule: 'sum',
      table: 'portfolio_timeseries',
      portfolio_id: 'P1',
      date: '2025-01-07',
      stored: '3',
      expected: '4',
    },
  ],
};

it('says what was compared, and the checksum', () => {
  expect(verificationText(SOUND)).toBe(
    '2 keys with 3,000 rows of gen_a compared with a replay of the log up to position 1,234: no difference, checksum 00ff.',
  );
  expect(verificationCsv(SOUND)).toBe(
    'kind,table,portfolio_id,security_id,date,transaction_id,stored,expected',
  );
});

it('names the first row that differs, and the rules broken', () => {
  const text = verificationText(BROKEN);
  expect(text).toContain('The first: P1 S,1 2025-01-06, position_timeseries.');
  expect(text).toContain('  stored    1 2\n  replayed  (no row)');
  expect(text).toContain(
    'portfolio_timeseries P1 2025-01-07 is not the sum of its positions: 3 instead of 4',
  );
  expect(verificationCsv(BROKEN).split('\n').slice(1)).toEqual([
    'replay,position_timeseries,P1,"S,1",2025-01-06,,1\t2,',
    'sum,portfolio_timeseries,P1,,2025-01-07,,3,4',
  ]);
});

it('tells what was left out, and that another fold version explains differences', () => {
  const text = verificationText({
    ...SOUND,
    skipped: ['P2'],
    quarantined: [{ portfolio_id: 'P3', security_id: 'S3' }],
    row_versions: [1, 2],
  });
  expect(text).toContain('work on them is waiting: P2.');
  expect(text).toContain('P3 S3');
  expect(text).toContain('fold version 1 and 2, the replay of 1');
});
