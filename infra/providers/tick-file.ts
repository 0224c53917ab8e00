/** Ticks from a CSV file, line by line: ric or symbol, price, timestamp, and volume, bid, ask where there are. */
import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import type { FileTick } from '../../projections/market/ingest-sink.ts';
import { ProviderError } from '../../projections/market/provider.ts';
import { reasonOf } from '../../projections/market/tick-messages.ts';
import { readTick } from '../../projections/market/tick-rules.ts';
import { masked } from './http-client.ts';
import { decimalText, timeMs } from './values.ts';

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * @param now Unix milliseconds
 * @throws ProviderError when the file as a whole cannot be read
 */
export async function* tickFile(path: string, now: () => number): AsyncGenerator<FileTick> {
  const input = createReadStream(path);
  const parser = parse({
    bom: true,
    info: true,
    delimiter: [',', ';', '\t'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 100_000,
  });
  input.on('error', (error) => parser.destroy(error));
  const records: AsyncIterable<Parsed> = input.pipe(parser);
  let header: string[] | undefined;
  try {
    for await (const { record, info } of records) {
      if (header) yield tickOf(header, record, `${path} line ${info.lines}`, now());
      else header = headerOf(record, path);
    }
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    if (error instanceof CsvError)
      throw new ProviderError('bad_answer', `${path}: ${error.message}`, { cause: error });
    throw new ProviderError('unavailable', `${path} cannot be read`, {
      cause: masked(error, (text) => text),
    });
  } finally {
    input.destroy();
  }
}

function headerOf(record: readonly string[], path: string): string[] {
  const names = record.map((cell) => cell.trim().toLowerCase());
  for (const needed of [['ric', 'symbol'], ['price'], ['timestamp']])
    if (!needed.some((name) => names.includes(name)))
      throw new ProviderError(
        'bad_answer',
        `${path} line 1, ${needed.join(' or ')}: there is no such column`,
      );
  return names;
}

function tickOf(header: readonly string[], record: readonly string[], where: string, now: number): FileTick {
  const cells = new Map(header.map((name, i) => [name, record[i]?.trim() ?? '']));
  const cell = (name: string): string | undefined => cells.get(name) || undefined;
  const figure = (name: string): string | undefined => decimalText(cell(name)) ?? cell(name);
  const code = cell('ric') ?? cell('symbol');
  const read = readTick(
    {
      ric: code,
      price: figure('price'),
      timestamp: timeMs(cell('timestamp')) ?? cell('timestamp'),
      volume: figure('volume'),
      bid: figure('bid'),
      ask: figure('ask'),
    },
    now,
  );
  if (!read.ok) return { ok: false, where, rule: reasonOf(read.faults) };
  return { ok: true, outgoing: { code: code ?? read.tick.symbol, tick: read.tick } };
}
