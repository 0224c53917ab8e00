/** The linter's rules on layers and purity: that they catch what they are for, and that the tree obeys them. */
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, test, vi } from 'vitest';

// The rules under test need no types; without them a file need not exist to be judged.
const linter = new ESLint({ overrideConfig: tseslint.configs.disableTypeChecked });
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
  ])('%s: %s', async (file, code) => {
    expect(await broken(file, code)).toEqual([]);
  });
});

describe('the domain', () => {
  test.each([
    'export const x = Date.now();',
    'export const x = new Date();',
    'export const x = Date();',
    'export const x = Math.random();',
    'export const x = process.argv;',
    'export const x = performance.now();',
    'setTimeout(() => undefined, 1);',
    `console.log('x');`,
    `export const x = fetch('http://x');`,
  ])('has no clock, chance or effects: %s', async (code) => {
    expect(await broken('domain/sample.ts', code)).toEqual([expect.stringMatching(/^no-restricted-/)]);
  });

  test.each([
    'export const x = Date.UTC(2024, 0, 1);',
    'export const x = new Date(0);',
    'export const x = Math.floor(1.5);',
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
  const results = await linter.lintFiles(LAYERS.map((layer) => `${layer}/**/*.ts`));
  expect(results.length).toBeGreaterThan(20);
  const violations = results.flatMap(({ filePath, messages }) =>
    messages
      .filter(({ ruleId }) => ruleId !== null && OURS.includes(ruleId))
      .map(({ line, message }) => `${filePath}:${line} ${message}`),
  );
  expect(violations).toEqual([]);
});
