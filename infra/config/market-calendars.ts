/** The file of `MARKET_CALENDARS_FILE`: what an operator adds to the calendars, and who follows which. */
import { z } from 'zod';
import { isTimeZone, tryDay } from '../../domain/dates.ts';
import { createCalendars } from '../../domain/market/calendars/calendars.ts';
import type { Calendars } from '../../domain/market/calendars/calendars.ts';
import type { ExchangeOverride } from '../../domain/market/calendars/overrides.ts';
import { parseSymbol } from '../../domain/market/symbol.ts';

export interface MarketCalendars {
  readonly calendars: Calendars;
  /** Exchanges by symbol, those that the operator named. */
  readonly exchangeOf: ReadonlyMap<string, string>;
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

const date = z.string().transform((text, context): number => {
  const day = tryDay(text);
  if (day !== undefined) return day;
  context.addIssue({ code: 'custom', message: 'must be a date such as 2027-12-24' });
  return z.NEVER;
});

/** Minute of the day. Bars are of five minutes, and a session has to be made of whole ones. */
const time = z.string().transform((text, context): number => {
  const match = /^([01]\d|2[0-4]):([0-5][05])$/.exec(text);
  const minute = match ? Number(match[1]) * 60 + Number(match[2]) : NaN;
  if (minute <= 1440) return minute;
  context.addIssue({
    code: 'custom',
    message: 'must be a time such as 16:30, at a multiple of five minutes',
  });
  return z.NEVER;
});

const exchangeSchema = z
  .strictObject({
    exchange: z
      .string()
      .regex(/^[A-Z0-9][A-Z0-9_-]{0,19}$/, 'must be an id such as XNYS')
      .refine((id) => id !== '24x7', 'never closes'),
    time_zone: z.string().refine(isTimeZone, 'must be an IANA time zone').optional(),
    open: time.optional(),
    close: time.optional(),
    weekdays: z.array(z.enum(WEEKDAYS)).min(1).optional(),
    settle_minutes: z.int().min(0).max(120).multipleOf(5).optional(),
    holidays: z.array(date).optional(),
    trading_days: z.array(date).optional(),
    early_closes: z.record(z.string(), time).optional(),
  })
  .refine(({ open, close }) => (open === undefined) === (close === undefined), 'open and close go together')
  .transform((given, context): ExchangeOverride => {
    const earlyCloses: [number, number][] = [];
    for (const [text, minute] of Object.entries(given.early_closes ?? {})) {
      const day = tryDay(text);
      if (day === undefined) {
        context.addIssue({ code: 'custom', path: ['early_closes', text], message: 'must be a date' });
        return z.NEVER;
      }
      earlyCloses.push([day, minute]);
    }
    return {
      exchange: given.exchange,
      earlyCloses,
      ...(given.time_zone === undefined ? {} : { timeZone: given.time_zone }),
      ...hoursOf(given.open, given.close),
      ...(given.weekdays === undefined
        ? {}
        : { weekdays: given.weekdays.map((name) => WEEKDAYS.indexOf(name)) }),
      ...(given.settle_minutes === undefined ? {} : { settleMinutes: given.settle_minutes }),
      ...(given.holidays === undefined ? {} : { holidays: given.holidays }),
      ...(given.trading_days === undefined ? {} : { tradingDays: given.trading_days }),
    };
  });

/** A market that opens later than it closes opens on the day before. */
function hoursOf(open: number | undefined, close: number | undefined): Pick<ExchangeOverride, 'hours'> {
  if (open === undefined || close === undefined) return {};
  return { hours: { open: open >= close ? open - 1440 : open, close } };
}

const fileSchema = z.strictObject({
  exchanges: z.array(exchangeSchema).default([]),
  symbols: z.record(z.string(), z.string()).default({}),
});

/**
 * @param text JSON; `undefined` when there is no file: the calendars that are built in
 * @throws RangeError that says what is wrong and where
 */
export function parseMarketCalendars(text: string | undefined): MarketCalendars {
  if (text === undefined) return { calendars: createCalendars(), exchangeOf: new Map() };
  const parsed = fileSchema.safeParse(json(text));
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new RangeError(`${path.map(String).join('.') || 'the file'}: ${message}`);
  }
  const { exchanges, symbols } = parsed.data;
  const twice = exchanges.find(({ exchange }, at) =>
    exchanges.slice(0, at).some((e) => e.exchange === exchange),
  );
  if (twice) throw new RangeError(`exchanges: ${twice.exchange} is there twice`);
  const calendars = createCalendars(exchanges);
  const exchangeOf = new Map<string, string>();
  for (const [name, exchange] of Object.entries(symbols)) {
    const symbol = parseSymbol(name)?.symbol;
    if (symbol === undefined) throw new RangeError(`symbols: ${name} is not a symbol`);
    if (!calendars.exchanges.includes(exchange)) {
      throw new RangeError(`symbols.${name}: ${exchange} is not one of ${calendars.exchanges.join(', ')}`);
    }
    exchangeOf.set(symbol, exchange);
  }
  return { calendars, exchangeOf };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RangeError('the file is not JSON', { cause: error });
  }
}
