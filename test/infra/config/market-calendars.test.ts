import { describe, expect, test } from 'vitest';
import { day } from '../../../domain/dates.ts';
import { ConfigError, loadConfig } from '../../../infra/config/config.ts';
import { parseMarketCalendars } from '../../../infra/config/market-calendars.ts';

const parse = (file: unknown) => parseMarketCalendars(JSON.stringify(file));
const iso = (ms: number | undefined) =>
  ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16);

test('without a file there is what is built in', () => {
  const { calendars, exchangeOf } = parseMarketCalendars(undefined);
  expect(calendars.exchanges).toContain('XNYS');
  expect(exchangeOf.size).toBe(0);
});

test('a file adds holidays, early closes, trading days, exchanges and who is of which', () => {
  const { calendars, exchangeOf } = parse({
    exchanges: [
      {
        exchange: 'XHKG',
        holidays: ['2027-08-12'],
        early_closes: { '2027-08-13': '12:00' },
        trading_days: ['2027-12-27'],
      },
      {
        exchange: 'XTAE',
        time_zone: 'Asia/Jerusalem',
        open: '10:00',
        close: '17:15',
        weekdays: ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday'],
        settle_minutes: 30,
      },
      { exchange: 'GLBX', time_zone: 'America/Chicago', open: '17:00', close: '16:00', settle_minutes: 0 },
    ],
    symbols: { 'aapl.o': 'XNAS', TEVA: 'XTAE', ES: 'GLBX' },
  });
  const hongKong = calendars.calendarOf('XHKG');
  expect(hongKong.sessionOn(day('2027-08-12'))).toBeUndefined();
  expect(iso(hongKong.sessionOn(day('2027-08-13'))?.close)).toBe('2027-08-13T04:00');
  expect(hongKong.sessionOn(day('2027-12-27'))).toBeDefined();
  const telAviv = calendars.calendarOf('XTAE').sessionOn(day('2025-06-08'));
  expect([telAviv?.open, telAviv?.close, telAviv?.settled].map(iso)).toEqual([
    ...['2025-06-08T07:00', '2025-06-08T14:15', '2025-06-08T14:45'],
  ]);
  expect(iso(calendars.calendarOf('GLBX').sessionOn(day('2025-06-09'))?.open)).toBe('2025-06-08T22:00');
  expect([...exchangeOf]).toEqual([
    ['AAPL', 'XNAS'],
    ['TEVA', 'XTAE'],
    ['ES', 'GLBX'],
  ]);
});

const exchange = (fields: object) => ({ exchanges: [{ exchange: 'XNYS', ...fields }] });

describe('what is wrong is said, and where', () => {
  test.each([
    ['[', 'the file is not JSON'],
    [{ exchange: [] }, 'Unrecognized key: "exchange"'],
    [{ exchanges: [{ exchange: 'lower' }] }, 'exchanges.0.exchange: must be an id such as XNYS'],
    [exchange({ holidays: ['2027-02-30'] }), 'exchanges.0.holidays.0: must be a date'],
    [exchange({ open: '09:31', close: '16:00' }), 'exchanges.0.open: must be a time such as 16:30'],
    [exchange({ open: '09:30', close: '24:05' }), 'exchanges.0.close: must be a time'],
    [exchange({ open: '09:30' }), 'open and close go together'],
    [exchange({ early_closes: { soon: '13:00' } }), 'exchanges.0.early_closes.soon: must be a date'],
    [exchange({ early_closes: { '2027-03-01': '09:00' } }), 'XNYS would close before it opens on 2027-03-01'],
    [exchange({ time_zone: 'Europe/Atlantis' }), 'exchanges.0.time_zone: must be an IANA time zone'],
    [{ exchanges: [{ exchange: 'XNEW' }] }, 'XNEW is not built in'],
    [{ exchanges: [{ exchange: 'XNYS' }, { exchange: 'XNYS' }] }, 'XNYS is there twice'],
    [{ symbols: { AAPL: 'NOWHERE' } }, 'symbols.AAPL: NOWHERE is not one of 24x7, FX'],
    [{ symbols: { 'a b': 'XNYS' } }, 'symbols: a b is not a symbol'],
  ])('%j', (file, message) => {
    expect(() => (typeof file === 'string' ? parseMarketCalendars(file) : parse(file))).toThrow(message);
  });
});

describe('the configuration', () => {
  const files: Record<string, string> = {
    'good.json': JSON.stringify(exchange({ holidays: ['2027-03-03'] })),
    'bad.json': JSON.stringify(exchange({ holidays: ['tomorrow'] })),
  };
  const load = (env: Record<string, string>) =>
    loadConfig(env, (path) => {
      if (files[path] === undefined) throw new Error('no such file');
      return files[path];
    }).marketData;

  test('reads the file it names', () => {
    const { calendars } = load({ MARKET_CALENDARS_FILE: 'good.json' });
    expect(calendars.calendars.calendarOf('XNYS').sessionOn(day('2027-03-03'))).toBeUndefined();
  });

  test.each([
    ['bad.json', 'must be a file of calendars: exchanges.0.holidays.0: must be a date'],
    ['none.json', 'must name a readable file'],
  ])('refuses %s in one line that names the variable', (file, rule) => {
    expect(() => load({ MARKET_CALENDARS_FILE: file })).toThrow(ConfigError);
    expect(() => load({ MARKET_CALENDARS_FILE: file })).toThrow(`MARKET_CALENDARS_FILE="${file}" ${rule}`);
  });

  test('keeps ticks for thirty days, five minutes for a year and a half, days for ever, unless told otherwise', () => {
    expect(load({}).retention).toEqual({ ticks: 30, intraday: 548, daily: undefined });
    expect(
      load({
        TICK_RETENTION_DAYS: '7',
        INTRADAY_RETENTION_DAYS: '90',
        HISTORICAL_RETENTION_DAYS: '3650',
      }).retention,
    ).toEqual({ ticks: 7, intraday: 90, daily: 3650 });
    expect(() => load({ TICK_RETENTION_DAYS: '60', INTRADAY_RETENTION_DAYS: '59' })).toThrow(
      'INTRADAY_RETENTION_DAYS="59" must not be less than TICK_RETENTION_DAYS, 60',
    );
  });
});
