/**
 * The version of the fold. Raise it when the same log may give other figures than before: rows of
 * different versions are never mixed silently.
 */
export const FOLD_VERSION = 1;
