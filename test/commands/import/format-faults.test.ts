import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importSources } from '../../../commands/import/plan.ts';
import { textSource } from '../../../commands/import/sources.ts';
import type { ImportReport, ImportSource } from '../../../commands/import/types.ts';
import { NOW, openLog } from '../support/log.ts';
import type { LogFixture } from '../support/log.ts';

// Nothing of what is imported here reaches the log, so that all can share one.
let fixture: LogFixture;
beforeAll(async () => {
  fixture = await openLog();
});
afterAll(() => fixture.close());

const run = (sources: ImportSource[]): Promise<ImportReport> =>
  importSources(sources, { log: fixture.log, clock: () => NOW });

/** Problems as `file:line column rule`. */
const told = ({ problems }: ImportReport) =>
  problems.map(({ file, line, column, rule }) => `${file}:${line} ${column} ${rule}`);

describe('faults of the format', () => {
  it.each([
    [
      'prices.csv',
      'csv',
      'security_id,date,price,colour\nS1,2025-08-14,1,red',
      ['prices.csv:1 colour unknown_field'],
    ],
    ['prices.csv', 'csv', 'security_id,date,price,close\n', ['prices.csv:1 price unique']],
    ['x.csv', 'csv', 'foo,bar\n1,2', ['x.csv:1  unknown_kind']],
    ['x.csv', 'csv', '', ['x.csv:1  not_empty']],
    ['x.csv', 'csv', 'date\n"2025-08-01', ['x.csv:2  csv']],
    [
      'x.ndjson',
      'ndjson',
      '{"date":"2025-08-01"}\n{"date":\n[]\n{"foo":1}',
      ['x.ndjson:2  json', 'x.ndjson:3  type', 'x.ndjson:4  unknown_kind'],
    ],
    ['x.json', 'json', '{"foo":1}', ['x.json:1  unknown_kind']],
    ['x.json', 'json', '[{"date":"2025-08-01"},{"date":"2025-08-32"}]', ['x.json:2 date date']],
  ] as const)('%s as %s: %j', async (name, kind, text, problems) => {
    const report = await run([textSource(name, kind, text)]);
    expect(told(report)).toEqual(problems);
    expect(report.committed).toBe(false);
  });

  it('of a file that is not UTF-8 are not guessed at', async () => {
    const source: ImportSource = {
      name: 'latin.csv',
      kind: 'csv',
      read: () => [Buffer.from([100, 97, 116, 101, 10, 0xe4])],
    };
    expect(told(await run([source]))).toEqual(['latin.csv:1  encoding']);
  });
});
