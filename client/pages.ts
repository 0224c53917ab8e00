/** Lists that come in pages, as one. */

interface Page {
  /** Null on the last page. */
  readonly next_cursor: string | null;
}

/** To be spread into the query: empty for the first page, as `cursor: undefined` is not what every compiler takes. */
export interface NextPage {
  readonly cursor?: string;
}

/**
 * The pages of a list, one after the other as they are asked for.
 * @param load asks for a page, with the cursor of the one before in its query
 */
export async function* pages<P extends Page>(
  load: (next: NextPage) => Promise<P>,
): AsyncGenerator<P, void, undefined> {
  let next: NextPage = {};
  for (;;) {
    const page = await load(next);
    yield page;
    if (page.next_cursor === null) return;
    next = { cursor: page.next_cursor };
  }
}

/** The rows of all pages: `rows(load, (page) => page.transactions)`. */
export async function* rows<P extends Page, Row>(
  load: (next: NextPage) => Promise<P>,
  of: (page: P) => readonly Row[],
): AsyncGenerator<Row, void, undefined> {
  for await (const page of pages(load)) yield* of(page);
}
