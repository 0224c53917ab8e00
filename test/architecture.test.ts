/** The linter's rules on layers and purity: that they catch what they are for, and that the tree obeys them. */
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, test, vi } from 'vitest';

// The rules under test need no types; without them a file need not exist to be judged.
const linter = new ESLint({ overrideConfig: tseslint.configs.disableTypeChecked });
// Over the whole tree these rules alone: the linter's own run has the others.
const obedience = new ESLint({
  overrideConfig: tseslint.configs.disableTypeChecked,
  ruleFilter: ({ ruleId }) => OURS.includes(ruleId),
});
// Linting the whole tree takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });
const LAYERS = ['domain', 'commands', 'projections', 'api', 'cli', 'infra'];
const OURS = ['chronofolio/import-direction', 'no-restricted-syntax', 'no-restricted-globals'];

async function broken(filePath: string, code: string): Promise<string[]> {
  const [result] = await linter.lintText(`${code}\n`, { filePath });
  return (result?.messages ?? [])
    .map(({ ruleId, message }) => ruleId ?? message)
    .filter((rule) => !rule.startsWith('@typescript-eslint/no-unused'));
}

describe('an import against the arrows is an error', () => {
  test.each([
    ['domain/sample.ts', `import { x } from '../commands/x.ts'; export { x };`],
    ['domain/books/sample.ts', `import type { X } from '../../projections/x.ts'; export type { X };`],
    ['domain/sample.ts', `import { readFileSync } from 'node:fs'; export { readFileSync };`],
    ['domain/sample.ts', `import { z } from 'zod'; export { z };`],
    ['commands/sample.ts', `export { x } from '../projections/x.ts';`],
    ['commands/sample.ts', `export * from '../infra/database/database.ts';`],
    ['projections/fold/sample.ts', `export const x = await import('../../infra/x.ts');`],
    ['projections/sample.ts', `export { x } from '../api/x.ts';`],
    ['projections/sample.ts', `import { Counter } from 'prom-client'; export { Counter };`],
    ['api/sample.ts', `export { x } from '../infra/x.ts';`],
    ['api/sample.ts', `export { x } from '../cli/x.ts';`],
    ['api/sample.ts', `import pg from 'pg'; export { pg };`],
    ['cli/sample.ts', `export { x } from '../infra/x.ts';`],
    ['infra/sample.ts', `export { x } from '../api/x.ts';`],
    ['infra/sample.ts', `export { x } from '../test/x.ts';`],
    ['client/sample.ts', `export { x } from '../domain/dates.ts';`],
  ])('%s: %s', async (file, code) => {
    expect(await broken(file, code)).toContain('chronofolio/import-direction');
  });
});

describe('an import along the arrows is fine', () => {
  test.each([
    ['domain/books/sample.ts', `export { x } from '../dates.ts';`],
    ['commands/sample.ts', `export { x } from '../domain/dates.ts';`],
    ['projections/sample.ts', `export { x } from '../domain/dates.ts';`],
    // A folder inside a layer may be called like another layer.
    ['api/sample.ts', `export { x } from './commands/x.ts';`],
    ['api/sample.ts', `export { x } from '../commands/x.ts';`],
    ['cli/wiring.ts', `export { x } from '../infra/x.ts';`],
    ['infra/sample.ts', `export { x } from '../projections/metrics.ts';`],
    ['test/sample.test.ts', `export { x } from '../infra/x.ts';`],
    ['client/sample.ts', `export { x } from './schema.ts';`],
  ])('%s: %s', async (file, code) => {
    expect(await broken(file, code)).toEqual([]);
  });
});

describe('the domain', () => {
  test.each([
    'export const x = Date.now();',
    `export const x = Date['now']();`,
    'export const { now } = Date;',
    'export const x = new Date();',
    'export const x = Date();',
    'export const x = Math.random();',
    `export const x = Math['random']();`,
    'export const { random } = Math;',
    'export const x = process.argv;',
    'export const x = performance.now();',
    'export const x = crypto.randomUUID();',
    'export const x = globalThis.Date;',
    'setTimeout(() => undefined, 1);',
    'setInterval(() => undefined, 1);',
    'setImmediate(() => undefined);',
    'queueMicrotask(() => undefined);',
    `console.log('x');`,
    `export const x = fetch('http://x');`,
    `export const x = require('fs');`,
    `export const x = eval('1');`,
    `export const x = new Function('return 1');`,
    'export const x = new WeakRef({});',
  ])('has no clock, chance or effects: %s', async (code) => {
    expect(await broken('domain/sample.ts', code)).toContainEqual(expect.stringMatching(/^no-restricted-/));
  });

  test.each([
    'export const x = new Date(2024, 0, 1);',
    `export const x = new Date('2024-01-01T00:00:00');`,
    'export const x = (text: string) => Date.parse(text);',
    'export const x = new Date(0).getHours();',
    'export const x = new Date(0).getTimezoneOffset();',
    'export const x = new Date(0).toLocaleDateString();',
    'export const x = (1.5).toLocaleString();',
    `export const x = 'a'.localeCompare('b');`,
    `export const x = new Intl.DateTimeFormat('en-GB', { hour12: false });`,
    `export const x = new Intl.DateTimeFormat(undefined, { timeZone: 'UTC' });`,
    `export const x = new Intl.NumberFormat();`,
    'export const x = Intl.NumberFormat();',
    `export const x = new Intl.Collator([]);`,
  ])("does not ask for the machine's time zone or language: %s", async (code) => {
    expect(await broken('domain/sample.ts', code)).toContain('no-restricted-syntax');
  });

  test.each([
    `export const x = () => import('./dates.ts');`,
    'export const x = (name: string) => import(name);',
    'export const x = import.meta.url;',
    'export const x = async () => 1;',
    'export async function x() { return 1; }',
  ])('loads nothing and waits for nothing: %s', async (code) => {
    expect(await broken('domain/sample.ts', code)).toContain('no-restricted-syntax');
  });

  test.each([
    `export { readFileSync } from 'node:fs';`,
    `export { randomUUID } from 'node:crypto';`,
    `import fs from 'fs'; export { fs };`,
    `export { setTimeout } from 'node:timers/promises';`,
  ])('imports nothing of the machine: %s', async (code) => {
    expect(await broken('domain/sample.ts', code)).toContain('chronofolio/import-direction');
  });

  test.each([
    'export const x = Date.UTC(2024, 0, 1);',
    'export const x = new Date(0).getUTCDay();',
    'export const x = new Date(0).toISOString();',
    'export const x = (text: string) => Date.parse(`${text}Z`);',
    `export const x = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Tokyo' });`,
    'export const x = [...new Map([[1, 2]])];',
    'export const x = Math.floor(1.5);',
    'export function* x() { yield 1; }',
  ])('may calculate: %s', async (code) => {
    expect(await broken('domain/sample.ts', code)).toEqual([]);
  });
});

test.each([
  ['infra/sample.ts', 'export const x = (1 as unknown) as string;'],
  ['api/sample.ts', 'export const x = process.env.PORT;'],
])('%s: %s is an error', async (file, code) => {
  expect(await broken(file, code)).toContain('no-restricted-syntax');
});

test('no comment switches a rule off', async () => {
  const code = '/* eslint-disable */\nexport const x = Math.random();';
  expect(await broken('domain/sample.ts', code)).toContain('no-restricted-syntax');
});

test('the tree obeys', async () => {
  const results = await obedience.lintFiles(LAYERS.map((layer) => `${layer}/**/*.ts`));
  expect(results.length).toBeGreaterThan(20);
  const violations = results.flatMap(({ filePath, messages }) =>
    messages
      .filter(({ ruleId }) => ruleId !== null && OURS.includes(ruleId))
      .map(({ line, message }) => `${filePath}:${line} ${message}`),
  );
  expect(violations).toEqual([]);
});
