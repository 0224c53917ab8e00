/** Pages of rows that are read one row further than shown, to learn whether there is more. */

export interface Paged<Row, Key> {
  readonly rows: readonly Row[];
  /** The key to go on after; absent on the last page. */
  readonly next?: Key;
}

/** Loads `limit` rows and the key of the last one when others follow. */
export async function pageOf<Row, Key>(
  limit: number,
  load: (limit: number) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): Promise<Paged<Row, Key>> {
  const loaded = await load(limit + 1);
  if (loaded.length <= limit) return { rows: loaded };
  const rows = loaded.slice(0, limit);
  return { rows, next: keyOf(rows[limit - 1]!) };
}
