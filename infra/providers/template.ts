/** Addresses and messages with places in braces. */
import { isoDate } from '../../domain/dates.ts';
import { DAY_MS, ProviderError } from '../../projections/market/provider.ts';

export type TimeForm = 's' | 'ms' | 'iso' | 'date';

export function timeText(ms: number, form: TimeForm): string {
  switch (form) {
    case 's':
      return String(Math.floor(ms / 1000));
    case 'ms':
      return String(ms);
    case 'iso':
      return new Date(ms).toISOString();
    case 'date':
      return isoDate(Math.floor(ms / DAY_MS));
    default: {
      const never: never = form;
      return never;
    }
  }
}

const PLACE = /\{([a-z]+)(?::(s|ms|iso|date))?\}/g;

interface Places {
  readonly texts: Readonly<Record<string, string>>;
  readonly times?: Readonly<Record<string, number>>;
  readonly form?: TimeForm;
}

/**
 * Fills the places of an address, escaped as its parts must be: `{symbol}`, and times such as `{from}` or,
 * in a form of their own, `{from:iso}`.
 * @throws ProviderError for a place that there is not
 */
export function addressOf(template: string, { texts, times = {}, form = 's' }: Places): string {
  return template.replace(PLACE, (place, name: string, own: TimeForm | undefined) => {
    const text = texts[name];
    if (text !== undefined) return encodeURIComponent(text).replaceAll('%2C', ',');
    const time = times[name];
    if (time !== undefined) return encodeURIComponent(timeText(time, own ?? form));
    throw new ProviderError(
      'bad_provider',
      `an address of the file of providers has an unknown place ${place}`,
    );
  });
}

function holds(value: unknown, place: string): boolean {
  return JSON.stringify(value).includes(place);
}

function replaced(value: unknown, symbol: string, symbols: readonly string[]): unknown {
  if (value === '{symbols}') return symbols;
  if (typeof value === 'string')
    return value.replaceAll('{symbols}', symbols.join(',')).replaceAll('{symbol}', symbol);
  if (Array.isArray(value)) return value.map((each: unknown) => replaced(each, symbol, symbols));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, replaced(each, symbol, symbols)]),
  );
}

/**
 * The messages that a template stands for: one for each symbol where it has `{symbol}`, else one, in which
 * `"{symbols}"` is the list of them. A template that is text is sent as it is, any other as JSON.
 */
export function messagesOf(template: unknown, symbols: readonly string[]): string[] {
  const each = holds(template, '{symbol}') ? symbols : [''];
  return each.map((symbol) => {
    const message = replaced(template, symbol, symbols);
    return typeof message === 'string' ? message : JSON.stringify(message);
  });
}
