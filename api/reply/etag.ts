/** Entity tags: one per version of the books, of the reports, and format. The address of a reply says the rest. */
import { createHash } from 'node:crypto';
import { REPORT_VERSION } from '../../domain/books/version.ts';
import type { Version } from '../../projections/queries/read-model.ts';

export function etagOf(version: Version, format: string, reports = REPORT_VERSION): string {
  const tag = createHash('sha256').update(`${reports} ${version.tag}`).digest('base64url').slice(0, 12);
  return `"${version.position}.${tag}.${format}"`;
}

/** Whether `If-None-Match` lists the tag (weak comparison) or anything. */
export function noneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((entry) => {
    const candidate = entry.trim();
    return candidate === '*' || candidate.replace(/^W\//, '') === etag;
  });
}
