/** Every figure that a program of this folder can compute by its own means, of a real history. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATA_IS_THERE, withData } from '../commands/support/data.ts';
import { createTestApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';
import { realFigures } from './real-figures.ts';
import { runScript } from './run.ts';

const scripts = readdirSync(new URL('.', import.meta.url)).filter((name) => /^check_\w+\.py$/.test(name));

test('there are programs to ask', () => {
  expect(scripts.length).toBeGreaterThan(0);
});

describe.skipIf(!DATA_IS_THERE)('figures of a buying plan in Apple and BASF', () => {
  let api: TestApi;
  let figures: Readonly<Record<string, unknown>>;
  beforeAll(async () => {
    api = await createTestApi();
    figures = await realFigures(api);
  });
  afterAll(() => api.close());

  test.each(scripts)(withData('%s agrees'), async (script) => {
    const { code, output } = await runScript(script, figures);
    // What it says stands beside the code, so that a failure tells it.
    const said = output.split('\n').slice(0, 20);
    expect({ code, said }).toEqual({ code: 0, said });
  });

  test.each(scripts)(withData('%s notices a figure that is wrong'), async (script) => {
    const { code } = await runScript(script, spoilt(figures));
    expect(code).not.toBe(0);
  });
});

/** With every figure a part in a thousand off that is a return or a statistic; its inputs as they were. */
function spoilt(value: unknown, within = ''): Readonly<Record<string, unknown>> {
  const one = (member: unknown, name: string): unknown => {
    if (Array.isArray(member)) return member.map((each) => one(each, name));
    if (typeof member === 'object' && member !== null)
      return spoilt(member, isFigures(within) ? within : name);
    return typeof member === 'string' && isFigures(within) ? offset(member) : member;
  };
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, member]) => [name, one(member, name)]));
}

/** Whatever is in such a member belongs to it. */
function isFigures(within: string): boolean {
  return /^(performance|risk)/.test(within);
}

function offset(text: string): string {
  return /^-?\d+\.\d+$/.test(text) ? String(Number(text) * 1.001) : text;
}
