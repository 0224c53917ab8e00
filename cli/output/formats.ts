/** `--format`: the same result for people, for programs and for spreadsheets; and pictures into files. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { csvLine } from '../../api/reply/csv.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-codes.ts';
import type { Session } from '../context.ts';
import { jsonText } from './json.ts';

const RESULT_FORMATS = ['text', 'json', 'csv'] as const;
export type ResultFormat = (typeof RESULT_FORMATS)[number];

export interface FormatOptions {
  readonly format?: ResultFormat;
  /** The file for a picture. */
  readonly svg?: string;
}

export function formatOption(): Option {
  return new Option('--format <format>', 'text, json (as with --json) or csv').choices(RESULT_FORMATS);
}

export function svgOption(what: string): Option {
  return new Option('--svg <file>', `write a picture of ${what} into this file`);
}

export interface Lines {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Prints a result in the format that was asked for. */
export function printResult(
  { json, terminal }: Pick<Session, 'json' | 'terminal'>,
  { format }: FormatOptions,
  result: { readonly value: unknown; readonly text: () => string; readonly lines: () => Lines },
): void {
  const chosen = format ?? (json ? 'json' : 'text');
  switch (chosen) {
    case 'json':
      return terminal.out(jsonText(result.value));
    case 'csv':
      return terminal.out(csvText(result.lines()));
    case 'text':
      return terminal.out(result.text());
    default:
      return chosen satisfies never;
  }
}

function csvText({ columns, rows }: Lines): string {
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((cells) => csvLine(cells))
    .join('')
    .trimEnd();
}

/** Writes a picture where one was asked for, and says where it is. */
export async function writePicture(
  { terminal }: Pick<Session, 'terminal'>,
  file: string | undefined,
  draw: () => Promise<string>,
): Promise<void> {
  if (file === undefined) return;
  const path = resolve(file);
  const svg = await draw();
  try {
    await writeFile(path, svg);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliFailure(EXIT.failure, `the picture could not be written: ${reason}`, { cause });
  }
  terminal.note(`Picture: ${path}`);
}
