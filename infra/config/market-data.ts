/** Settings of market data that are more than the value of one variable. */
import { ConfigError } from './errors.ts';
import { parseMarketCalendars } from './market-calendars.ts';
import type { MarketCalendars } from './market-calendars.ts';
import type { Values } from './variables.ts';

/** Days that each is kept; `undefined` for ever. Ticks are kept for no longer than intraday bars. */
export interface Retention {
  readonly ticks: number;
  readonly intraday: number;
  readonly daily: number | undefined;
}

/** @throws ConfigError */
export function retention(values: Values): Retention {
  const ticks = values.TICK_RETENTION_DAYS;
  const intraday = values.INTRADAY_RETENTION_DAYS;
  if (intraday < ticks) {
    // A tick may amend its bar as long as ticks are kept.
    const rule = `must not be less than TICK_RETENTION_DAYS, ${ticks}`;
    throw new ConfigError([{ variable: 'INTRADAY_RETENTION_DAYS', value: `"${intraday}"`, rule }]);
  }
  return { ticks, intraday, daily: values.HISTORICAL_RETENTION_DAYS };
}

/** @throws ConfigError for a file that cannot be read or says something impossible */
export function marketCalendars(values: Values, readFile: (path: string) => string): MarketCalendars {
  const path = values.MARKET_CALENDARS_FILE;
  const problem = (rule: string, cause: unknown) =>
    new ConfigError([{ variable: 'MARKET_CALENDARS_FILE', value: JSON.stringify(path), rule }], { cause });
  let text: string | undefined;
  try {
    text = path === undefined ? undefined : readFile(path);
  } catch (error) {
    throw problem('must name a readable file', error);
  }
  try {
    return parseMarketCalendars(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw problem(`must be a file of calendars: ${error.message}`, error);
  }
}
