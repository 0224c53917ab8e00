/** How rows become the bytes of a format, piece by piece. */
import type { Column } from './columns.ts';
import type { Numbers } from './numbers.ts';

/**
 * Takes rows in as many calls as there are pieces. Any piece may be empty. Work is done in steps, a piece each, of
 * a few milliseconds: whoever takes the pieces decides whether others get their turn between two of them.
 */
export interface RowEncoder {
  start(): Uint8Array;
  /** @throws Problem with a row that the format cannot hold, before its last piece is given */
  rows(rows: readonly object[]): Iterable<Uint8Array>;
  /** After it nothing follows. A reader tells by it that nothing is missing, where the format has an end. */
  end(): Iterable<Uint8Array>;
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
