/** NDJSON files, and JSON documents that are an array of commands. */
import { parseJson, parseJsonLines } from '../json.ts';
import type { Parsed } from '../parsed.ts';
import type { ImportCommand } from './kinds.ts';
import { ALIASES, commandOf, UNKNOWN_COMMAND } from './kinds.ts';
import type { SourceRow } from './rows.ts';
import { badRow, decoded } from './rows.ts';
import type { ImportSource } from './types.ts';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Puts our names in the place of the ones people have for them. */
function renamed(value: Record<string, unknown>, command: ImportCommand): Record<string, unknown> {
  if (command !== 'prices' || !('close' in value) || 'price' in value) return value;
  const { close, ...rest } = value;
  return { ...rest, [ALIASES['close'] ?? 'price']: close };
}

function toRow(line: number, parsed: Parsed<unknown>, given: ImportCommand | undefined): SourceRow {
  if (!parsed.ok) return { line, value: parsed };
  if (!isObject(parsed.value)) return badRow(line, { field: '', rule: 'type', message: 'must be an object' });
  const command = given ?? commandOf(Object.keys(parsed.value));
  if (!command) return badRow(line, { field: '', rule: 'unknown_kind', message: UNKNOWN_COMMAND });
  return { line, command, value: { ok: true, value: renamed(parsed.value, command) } };
}

/** One command a line; the lines of a file need not be all of one kind. */
export async function* ndjsonRows(source: ImportSource): AsyncGenerator<SourceRow> {
  for await (const { line, value } of parseJsonLines(decoded(source.read())))
    yield toRow(line, value, source.command);
}

/** Reads a JSON document as a whole. */
export async function readDocument(source: ImportSource): Promise<Parsed<unknown>> {
  let text = '';
  for await (const chunk of decoded(source.read())) text += chunk;
  return parseJson(text);
}

/** The rows of a JSON document that is an array of commands. */
export function* documentRows(
  document: Parsed<unknown>,
  given: ImportCommand | undefined,
): Generator<SourceRow> {
  if (!document.ok) {
    yield { line: 1, value: document, fatal: true };
    return;
  }
  if (!Array.isArray(document.value)) {
    const message = 'must be an array of commands, or an export of Ghostfolio with its activities';
    yield badRow(1, { field: '', rule: 'unknown_kind', message }, true);
    return;
  }
  const entries: readonly unknown[] = document.value;
  for (const [index, value] of entries.entries()) yield toRow(index + 1, { ok: true, value }, given);
}
