/** Rows of a document to bars, by the paths of the file of providers. */
import type { BarFault, ProviderBar } from '../../projections/market/provider.ts';
import { jsonPath } from './json-path.ts';
import type { JsonPath } from './json-path.ts';
import { barTime, decimalText } from './values.ts';
import type { TimeUnit } from './values.ts';

export const BAR_FIELDS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
export type BarField = (typeof BAR_FIELDS)[number];

/** The values of one row, not yet read. */
export type RawBar = Readonly<Partial<Record<BarField, unknown>>>;

function given(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/**
 * A bar of a row. Where only a close is given it is the open, high and low as well; a volume that is not
 * given is none.
 */
export function barOf(raw: RawBar, where: string, unit: TimeUnit): ProviderBar | BarFault {
  const when = barTime(raw.time, unit);
  if (when === undefined) return { where: `${where}, time`, rule: `${shown(raw.time)} is not a time` };
  const closeOnly = !given(raw.open) && !given(raw.high) && !given(raw.low);
  const read: Partial<Record<Exclude<BarField, 'time'>, string>> = {};
  for (const field of ['open', 'high', 'low', 'close', 'volume'] as const) {
    const value = closeOnly && field !== 'volume' ? raw.close : raw[field];
    const text = field === 'volume' && !given(value) ? '0' : decimalText(value);
    if (text === undefined) {
      const rule = given(value) ? `${shown(value)} is not a number` : 'is missing';
      return { where: `${where}, ${closeOnly && field === 'open' ? 'close' : field}`, rule };
    }
    read[field] = text;
  }
  const { open = '', high = '', low = '', close = '', volume = '' } = read;
  return { when, open, high, low, close, volume, where };
}

export function isBar(read: ProviderBar | BarFault): read is ProviderBar {
  return 'when' in read;
}

const LONGEST_SHOWN = 40;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** @param rows without it each field is a path of the whole document to a list */
export function rowReader(
  rows: string | undefined,
  fields: Readonly<Record<BarField, string>>,
): (document: unknown) => Generator<RawBar> {
  const paths = BAR_FIELDS.map((field) => [field, jsonPath(fields[field])] as const);
  if (rows === undefined) return (document) => columns(document, paths);
  const rowPath = jsonPath(rows);
  return function* (document) {
    for (const row of rowPath(document))
      yield Object.fromEntries(paths.map(([field, path]) => [field, path(row)[0]]));
  };
}

function* columns(document: unknown, paths: readonly (readonly [BarField, JsonPath])[]): Generator<RawBar> {
  const lists = paths.map(([field, path]) => [field, path(document)] as const);
  const length = lists.find(([field]) => field === 'time')?.[1].length ?? 0;
  for (let i = 0; i < length; i++) yield Object.fromEntries(lists.map(([field, list]) => [field, list[i]]));
}
