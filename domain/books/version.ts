/**
 * The version of the fold. Raise it when the same log may give other figures than before: rows of
 * different versions are never mixed silently.
 */
export const FOLD_VERSION = 1;

/**
 * The version of what is computed of the rows: returns, risk, contribution and the form of replies. Raise it when
 * the same rows may give another reply than before, or a client is told that what it keeps is still so.
 */
export const REPORT_VERSION = 2;
