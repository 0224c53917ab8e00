/** Bars from a file of CSV, JSON or NDJSON. */
import { parseSymbol } from '../../domain/market/symbol.ts';
import { DAY_MS, ProviderError } from '../../projections/market/provider.ts';
import type { BarProvider, ProviderBar } from '../../projections/market/provider.ts';
import { barOf, isBar } from './bar-rows.ts';
import { fileRows } from './file-rows.ts';
import type { FileBarsSettings } from './schema.ts';
import { barTime } from './values.ts';

export interface FileBarsOptions {
  readonly name: string;
  readonly settings: FileBarsSettings;
  /** How our symbols are called there. */
  readonly symbols: Readonly<Record<string, string>>;
}

const BATCH = 1_000;
/** A file is read from beginning to end for every request, so that there should be few. */
const MAX_BARS = 50_000;

/** Rows without a symbol are taken for any. */
export function createFileBars({ name, settings, symbols }: FileBarsOptions): BarProvider {
  const { path, rows, fields, timeUnit } = settings;
  return {
    name,
    maxBars: MAX_BARS,
    remote: false,
    async *bars({ symbol, from, to, signal, onFault }) {
      const called = symbols[symbol];
      const concerns = (text: unknown): boolean => {
        if (text === undefined || text === null || text === '') return true;
        if (called !== undefined) return text === called;
        return typeof text === 'string' && parseSymbol(text)?.symbol === symbol;
      };
      let batch: ProviderBar[] = [];
      for await (const { raw, where } of fileRows(path, rows, fields, (fault) => onFault?.(fault))) {
        if (signal?.aborted === true) throw new ProviderError('stopped', `${name}: stopped`);
        if (!concerns(raw.symbol)) continue;
        const when = barTime(raw.time, timeUnit);
        if (when && !isNear(when, from, to)) continue;
        const read = barOf(raw, where, timeUnit);
        if (!isBar(read)) {
          onFault?.(read);
          continue;
        }
        batch.push(read);
        if (batch.length === BATCH) {
          yield batch;
          batch = [];
        }
      }
      if (batch.length > 0) yield batch;
    },
  };
}

/** A file has bars of all times; a day more on both sides leaves the zones of exchanges to others. */
function isNear(when: ProviderBar['when'], from: number, to: number): boolean {
  const at = 'day' in when ? when.day * DAY_MS : when.at;
  return at >= from - DAY_MS && at < to + DAY_MS;
}
