/** How rows become the bytes of a format, piece by piece. */
import type { Column } from './columns.ts';
import type { Numbers } from './numbers.ts';

/** Takes rows in as many calls as there are pieces; any of its methods may give no bytes at all. */
export interface RowEncoder {
  start(): Uint8Array;
  rows(rows: readonly object[]): Uint8Array;
  /** After it nothing follows. A reader tells by it that nothing is missing, where the format has an end. */
  end(): Uint8Array;
}

export interface EncoderOptions {
  readonly columns: readonly Column[];
  /** What the rows are of: goes into formats that have a place for it. */
  readonly head: object;
  readonly numbers: Numbers;
}

export const NOTHING = new Uint8Array(0);

/** The members of the head as texts by name, for the metadata of a schema. */
export function metadataOf(head: object): [name: string, value: string][] {
  return Object.entries(head)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
}

export function member(row: object, name: string): unknown {
  return Reflect.get(row, name) ?? null;
}
