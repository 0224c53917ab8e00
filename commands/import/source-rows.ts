/** The rows of a source by its format. */
import type { Lookups } from '../handler/lookups.ts';
import { csvRows } from './csv.ts';
import { isGhostfolioExport } from './ghostfolio-export.ts';
import { ghostfolioRows } from './ghostfolio.ts';
import { documentRows, ndjsonRows, readDocument } from './json-rows.ts';
import type { SourceRow } from './rows.ts';
import type { ImportSource } from './types.ts';

export interface RowOptions {
  readonly funding: boolean;
  readonly lookups: Pick<Lookups, 'portfolio'>;
}

async function* jsonRows(source: ImportSource, options: RowOptions): AsyncGenerator<SourceRow> {
  const document = await readDocument(source);
  if (document.ok && isGhostfolioExport(document.value)) yield* ghostfolioRows(document.value, options);
  else yield* documentRows(document, source.command);
}

export function sourceRows(source: ImportSource, options: RowOptions): AsyncGenerator<SourceRow> {
  switch (source.kind) {
    case 'csv':
      return csvRows(source);
    case 'ndjson':
      return ndjsonRows(source);
    case 'json':
      return jsonRows(source, options);
    default: {
      const never: never = source.kind;
      return never;
    }
  }
}
