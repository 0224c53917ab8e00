/** Lists that come in pages, as one. */

interface Page {
  /** Null on the last page. */
  readonly next_cursor: string | null;
}

/**
 * The pages of a list, one after the other as they are asked for.
 * @param load asks for a page, with the cursor of the one before
 */
export async function* pages<P extends Page>(
  load: (cursor: string | undefined) => Promise<P>,
): AsyncGenerator<P, void, undefined> {
  let cursor: string | undefined;
  for (;;) {
    const page = await load(cursor);
    yield page;
    if (page.next_cursor === null) return;
    cursor = page.next_cursor;
  }
}

/** The rows of all pages: `rows(load, (page) => page.transactions)`. */
export async function* rows<P extends Page, Row>(
  load: (cursor: string | undefined) => Promise<P>,
  of: (page: P) => readonly Row[],
): AsyncGenerator<Row, void, undefined> {
  for await (const page of pages(load)) yield* of(page);
}
