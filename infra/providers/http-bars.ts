/** Bars from any HTTP interface that answers with JSON. */
import type { BarProvider, ProviderBar } from '../../projections/market/provider.ts';
import { DAY_MS, FIVE_MINUTES_MS, ProviderError } from '../../projections/market/provider.ts';
import { barOf, isBar, rowReader } from './bar-rows.ts';
import type { Mask } from './credentials.ts';
import { createHttpClient } from './http-client.ts';
import type { Clock } from './rate-limit.ts';
import type { HttpBarsSettings } from './schema.ts';
import { addressOf } from './template.ts';

export interface HttpBarsOptions {
  readonly name: string;
  readonly settings: HttpBarsSettings;
  /** How our symbols are called there. */
  readonly symbols: Readonly<Record<string, string>>;
  readonly mask: Mask;
  readonly clock?: Clock;
}

const BATCH = 1_000;
const LENGTH_OF = { '5min': FIVE_MINUTES_MS, '1day': DAY_MS } as const;

export function createHttpBars({ name, settings, symbols, mask, clock }: HttpBarsOptions): BarProvider {
  const client = createHttpClient({ name, settings, mask, ...(clock === undefined ? {} : { clock }) });
  const rows = rowReader(settings.rows, settings.fields);
  return {
    name,
    maxBars: settings.maxBars,
    remote: true,
    async *bars({ symbol, interval, from, to, signal, onFault }) {
      const url = addressOf(settings.url, {
        texts: { symbol: symbols[symbol] ?? symbol, interval: settings.intervals[interval] ?? interval },
        times: { from, to, last: to - LENGTH_OF[interval] },
        form: settings.times,
      });
      const answer = await client.get({
        url,
        accept: settings.nothing,
        ...(signal === undefined ? {} : { signal }),
      });
      if (answer.document === undefined) return;
      let batch: ProviderBar[] = [];
      let row = 0;
      for (const raw of rows(answer.document)) {
        row += 1;
        const read = barOf(raw, `${name} ${symbol} row ${row}`, settings.timeUnit);
        if (!isBar(read)) {
          onFault?.({ where: read.where, rule: mask(read.rule) });
          continue;
        }
        batch.push(read);
        if (batch.length === BATCH) {
          yield batch;
          batch = [];
        }
      }
      if (row === 0 && !isContainer(answer.document))
        throw new ProviderError(
          'bad_answer',
          `${name}: the answer has no rows where the file of providers says`,
        );
      if (batch.length > 0) yield batch;
    },
  };
}

function isContainer(document: unknown): boolean {
  return typeof document === 'object' && document !== null;
}
