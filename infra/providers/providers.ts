/** The providers of a file, made when they are needed. */
import { readFileSync } from 'node:fs';
import { ProviderError } from '../../projections/market/provider.ts';
import type { BarProvider, Providers } from '../../projections/market/provider.ts';
import { createFileBars } from './file-bars.ts';
import { createHttpBars } from './http-bars.ts';
import { createPollSource } from './poll-source.ts';
import type { Clock } from './rate-limit.ts';
import { FILE_BARS } from './schema.ts';
import { readProviderFile } from './settings.ts';
import { createWebSocketSource } from './web-socket-source.ts';

export interface ProvidersOptions {
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile?: (path: string) => string;
  /** Unix milliseconds. */
  readonly now?: () => number;
  /** Of waiting between requests. */
  readonly clock?: Clock;
}

/** Reads and checks the whole file. @throws ProviderError */
export function openProviders(options: ProvidersOptions): Providers {
  const { path, env, clock, now = () => Date.now() } = options;
  const readFile = options.readFile ?? ((file: string) => readFileSync(file, 'utf8'));
  const file = readProviderFile(path, { env, readFile });
  const having = (part: 'bars' | 'live'): string[] =>
    file.names.filter((name) => file.shapes.get(name)?.[part] !== undefined);
  const timed = clock === undefined ? {} : { clock };
  return {
    ofBars: having('bars'),
    live: having('live'),
    bars(name) {
      const { settings, mask } = file.settings(name);
      const { bars, symbols } = settings;
      if (!bars) throw new ProviderError('bad_provider', `${path}: ${name} gives no bars`);
      if (bars.kind === 'file') return createFileBars({ name, settings: bars, symbols });
      return createHttpBars({ name, settings: bars, symbols, mask, ...timed });
    },
    source(name) {
      const { settings, mask } = file.settings(name);
      const { live, symbols } = settings;
      if (!live) throw new ProviderError('bad_provider', `${path}: ${name} gives no live prices`);
      if (live.kind === 'websocket')
        return createWebSocketSource({ name, settings: live, symbols, mask, now });
      return createPollSource({ name, settings: live, symbols, mask, now, ...timed });
    },
    gapFiller(name) {
      const shape = file.shapes.get(name);
      return shape?.gapFill ?? (shape?.bars === undefined ? undefined : name);
    },
  };
}

/** A provider of the bars of one file, with nothing else said of it. */
export function fileProvider(path: string): BarProvider {
  const settings = FILE_BARS.parse({ kind: 'file', path });
  return createFileBars({ name: path, settings, symbols: {} });
}
