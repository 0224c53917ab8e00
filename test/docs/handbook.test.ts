/** What the pages for operators name is there: commands and their options, statuses, exit codes, alerts, links. */
import { readFileSync, readdirSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { generation, rebuild } from '../../api/rebuild-schemas.ts';
import { portfolioRow, positionRow } from '../../api/reads/rows.ts';
import { COMMANDS } from '../../cli/commands/index.ts';
import type { CliContext } from '../../cli/context.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import { causesOf } from '../../projections/shares.ts';
import { recordingTerminal } from '../cli/output/recorder.ts';
import { configured } from '../cli/support/run.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const handbook = read('docs/handbook.md');

const context: CliContext = {
  configure: () => configured({}),
  terminal: recordingTerminal(),
  env: {},
  stop: new AbortController().signal,
  exit: EXIT.ok,
};
const commands = COMMANDS.map((add) => add(context));
const GLOBAL = ['--json', '--debug', '--home', '--database-url', '--help', '--version'];

const FENCE = /^ *```(\w*)\n([^]*?)^ *```$/gm;

/** The command lines of a page, without the program's name: of its blocks, and of the code within sentences. */
function commandLines(markdown: string): string[] {
  const lines: string[] = [];
  for (const [, language, body = ''] of markdown.matchAll(FENCE))
    for (const line of body.split('\n')) {
      const [, typed] = (language === 'sh' ? /^ *(.*)/ : /^ *\$ (.*)/).exec(line) ?? [];
      for (const part of (typed ?? '').split(/[;|]/))
        if (part.trim().startsWith('chronofolio ')) lines.push(part);
    }
  for (const [, code = ''] of markdown.replaceAll(FENCE, '').matchAll(/`([^`\n]+)`/g))
    if (code.startsWith('chronofolio ') || commands.some((command) => command.name() === code.split(' ')[0]))
      lines.push(code);
  return lines.map((line) => line.trim().replace(/^chronofolio /, ''));
}

/** The command that a line names, its groups followed. */
function named(line: string): { readonly command: Command; readonly words: readonly string[] } | undefined {
  const words = line.replaceAll(/"[^"]*"/g, 'quoted').split(/[ =]+/);
  let command = commands.find((each) => each.name() === words[0]);
  let taken = 1;
  for (; command; taken += 1) {
    const sub: Command | undefined = command.commands.find((each) => each.name() === words[taken]);
    if (!sub) break;
    command = sub;
  }
  return command && { command, words: words.slice(taken) };
}

function wrongIn(line: string): string[] {
  const found = named(line);
  if (!found) return [`${line}: there is no such command`];
  const known = [...found.command.options.map(({ long }) => long), ...GLOBAL];
  const [next] = found.words;
  if (found.command.commands.length > 0 && next !== undefined && !next.startsWith('--'))
    return [`${line}: there is no such command`];
  return found.words
    .filter((word) => word.startsWith('--') && !known.includes(word))
    .map((word) => `${line}: there is no ${word}`);
}

const optionsOf = (schema: z.ZodType): readonly string[] =>
  z.object({ enum: z.array(z.string()) }).parse(z.toJSONSchema(schema)).enum;

/** The first cells of the rows of the table below a heading of columns. */
function firstCells(header: string): string[] {
  const [, table = ''] = handbook.split(`\n${header}\n`);
  const [rows = ''] = table.split('\n\n');
  return rows
    .split('\n')
    .slice(1)
    .map((row) => row.split('|')[1] ?? '');
}

const codes = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '');

describe.each(['docs/handbook.md', 'docs/generations.md'])('%s', (page) => {
  test('names no command or option that is not there', () => {
    const lines = commandLines(read(page));
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.flatMap(wrongIn)).toEqual([]);
  });
});

test('an option or a command that is not there is noticed', () => {
  const lines = commandLines(
    '`chronofolio rebuild --everything`\n\n```\n$ chronofolio quarantine drop X; chronofolio retract\n```\n',
  );
  expect(lines.flatMap(wrongIn)).toEqual([
    'quarantine drop X: there is no such command',
    'retract: there is no such command',
    'rebuild --everything: there is no --everything',
  ]);
});

test('every command has a row that says what it changes', () => {
  const named = firstCells('| command | changes | undone by | when killed |').flatMap(codes);
  const first = new Set(named.map((code) => code.split(' ')[0]));
  for (const command of commands) expect(first, command.name()).toContain(command.name());
});

test('every alert has a row, and every row an alert', () => {
  const rules = z.object({
    groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string() })) })),
  });
  const alerts = readdirSync(new URL('infra/prometheus/rules/', root)).flatMap((file) =>
    rules
      .parse(parse(read(`infra/prometheus/rules/${file}`)))
      .groups.flatMap((group) => group.rules.map(({ alert }) => alert)),
  );
  expect(firstCells('| alert | first look | go to |').flatMap(codes).toSorted()).toEqual(alerts.toSorted());
});

describe('statuses', () => {
  const { shape } = portfolioRow;

  test.each([
    ['| status | meaning |', optionsOf(shape.status)],
    ['| status | valued at |', optionsOf(positionRow.shape.valuation_status)],
    ['| reason | missing | mend |', optionsOf(shape.blocked_days.element.shape.reason)],
    [
      '| state | shown as | way on |',
      optionsOf(generation.shape.state).filter((state) => state !== 'active'),
    ],
  ])('of %s', (header, known) => {
    expect(new Set(firstCells(header).flatMap(codes))).toEqual(new Set(known));
  });

  test('of rebuilds', () => {
    const cells = firstCells('| status (in JSON) | meaning | do |').flatMap(codes);
    const statuses = cells.filter((code) => !code.startsWith('"'));
    expect(new Set(statuses)).toEqual(new Set(optionsOf(rebuild.shape.status)));
  });

  test('exit codes', () => {
    const told = firstCells('| code | meaning |').flatMap((cell) => cell.split(',').map(Number));
    expect(told).toEqual(Object.values(EXIT).toSorted((a, b) => a - b));
  });

  test('causes of waiting work, by role', () => {
    const cells = firstCells('| causes | taken by role |');
    expect(cells.map((cell) => codes(cell).toSorted())).toEqual([
      [...causesOf('positions')].toSorted(),
      [...causesOf('timeseries')].toSorted(),
    ]);
  });
});

test('every link leads to a page and a heading of it', () => {
  const anchors = (markdown: string) =>
    [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
  for (const [link, page = '', anchor] of handbook.matchAll(/\]\(([\w./-]*)(?:#([\w-]+))?\)/g)) {
    const target = page === '' ? handbook : read(`docs/${page}`);
    if (anchor !== undefined) expect(anchors(target), link).toContain(anchor);
  }
});
