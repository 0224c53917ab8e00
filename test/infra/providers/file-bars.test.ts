import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { day } from '../../../domain/dates.ts';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import { createFileBars } from '../../../infra/providers/file-bars.ts';
import { fileProvider } from '../../../infra/providers/providers.ts';
import { FILE_BARS } from '../../../infra/providers/schema.ts';
import { DAY_MS } from '../../../projections/market/provider.ts';
import type { BarFault, BarProvider, BarRequest, ProviderBar } from '../../../projections/market/provider.ts';
import { DATA_IS_THERE, PRICES_FILE, withData } from '../../commands/support/data.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chronofolio-bars-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

const REQUEST: BarRequest = {
  symbol: 'AAPL',
  interval: '1day',
  from: day('2025-07-01') * DAY_MS,
  to: day('2025-07-03') * DAY_MS,
};

async function read(provider: BarProvider, over: Partial<BarRequest> = {}) {
  const bars: ProviderBar[] = [];
  const faults: BarFault[] = [];
  for await (const batch of provider.bars({ ...REQUEST, onFault: (fault) => faults.push(fault), ...over }))
    bars.push(...batch);
  return { bars, faults: faults.map(({ where, rule }) => `${where.replace(`${directory}/`, '')}: ${rule}`) };
}

describe('a file of bars', () => {
  it('is CSV by its header, other columns and other symbols left out, its faults with file and line', async () => {
    const path = await file(
      'bars.csv',
      '\ufeffDate;Ticker;Open;High;Low;Close;Volume;Remark\n' +
        '2025-07-01;AAPL.O;1;3;0.5;2;100;x\n' +
        '2025-07-01;MSFT;1;3;0.5;2;100;x\n' +
        '\n' +
        '2025-07-02;aapl;one;3;0.5;2;;"a\nb"\n' +
        '2025-13-02;AAPL;1;3;0.5;2;;x\n' +
        '2025-07-02;AAPL;1;3;0.5;;;x\n' +
        '2020-01-01;AAPL;bad;3;0.5;2;;x\n',
    );
    expect(await read(fileProvider(path))).toEqual({
      bars: [
        {
          when: { day: day('2025-07-01') },
          ...{ open: '1', high: '3', low: '0.5', close: '2', volume: '100' },
          where: `${path} line 2`,
        },
      ],
      faults: [
        'bars.csv line 6, open: "one" is not a number',
        'bars.csv line 7, time: "2025-13-02" is not a time',
        'bars.csv line 8, close: is missing',
      ],
    });
  });

  it('is JSON by paths, or NDJSON line by line', async () => {
    const json = await file('bars.json', JSON.stringify({ data: [{ d: 1751328000, c: { last: 2.5 } }] }));
    const settings = FILE_BARS.parse({
      ...{ kind: 'file', path: json, rows: 'data[*]' },
      fields: { time: 'd', close: 'c.last' },
    });
    const { bars } = await read(createFileBars({ name: 'json', settings, symbols: {} }));
    expect(bars).toMatchObject([{ when: { at: 1751328000_000 }, open: '2.5', high: '2.5', volume: '0' }]);
    const lines = await file(
      'bars.ndjson',
      '{"date":"2025-07-02","close":"3"}\n{oops\n\n{"date":"2025-07-01","close":4}\n',
    );
    const ndjson = await read(fileProvider(lines));
    expect(ndjson.bars.map(({ close }) => close)).toEqual(['3', '4']);
    expect(ndjson.faults).toEqual(['bars.ndjson line 2: is not JSON']);
  });

  it.each([
    ['none.csv', undefined, 'none.csv cannot be read'],
    ['none.ndjson', undefined, 'none.ndjson cannot be read'],
    ['none.json', undefined, 'none.json cannot be read'],
    ['empty.csv', '', 'empty.csv line 1: there is no header'],
    ['header.csv', 'date,open\n', 'header.csv line 1, close: there is no such column'],
    ['broken.json', '{', 'broken.json: '],
    ['quotes.csv', 'date,close\n"2025', 'quotes.csv: '],
  ])('that cannot be read as a whole is refused: %s', async (name, text, message) => {
    const path = text === undefined ? join(directory, name) : await file(name, text);
    await expect(read(fileProvider(path))).rejects.toThrow(message);
  });

  it('ends when it is told to', async () => {
    const path = await file('long.csv', `date,close\n${'2025-07-01,1\n'.repeat(100)}`);
    await expect(read(fileProvider(path), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'stopped',
    });
  });
});

describe.skipIf(!DATA_IS_THERE)(withData('real closes of five years'), () => {
  it('are one for each day that the exchange traded', async () => {
    const settings = FILE_BARS.parse({ kind: 'file', path: PRICES_FILE, fields: { symbol: 'security_id' } });
    const provider = createFileBars({ name: 'real', settings, symbols: { AAPL: 'SEC_AAPL' } });
    const [from, to] = [day('2010-01-04'), day('2015-08-07')];
    const { bars, faults } = await read(provider, { from: from * DAY_MS, to: (to + 1) * DAY_MS });
    expect(faults).toEqual([]);
    const sessions = calendarOf('XNAS').sessionsBetween(from, to);
    expect(bars.map(({ when }) => when)).toEqual(sessions.map(({ date }) => ({ day: date })));
  });
});
