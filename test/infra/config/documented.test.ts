/** docs/configuration.md is the list of the variables: complete, with the defaults that hold. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeConfig, loadConfig } from '../../../infra/config/config.ts';
import { isSecret, VARIABLES } from '../../../infra/config/variables.ts';

const PAGE = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

test('every variable is documented with its default, and no other', () => {
  const defaults = new Map(describeConfig(loadConfig({})).map(({ variable, value }) => [variable, value]));
  const documented = [...PAGE.matchAll(/^\| `([A-Z_]+)`( ✱)? \| (?:`([^`]+)`|–) \|/gm)].map(
    ([, variable = '', secret, value]) => [variable, secret !== undefined, value],
  );
  const wanted = Object.keys(VARIABLES.shape).map((variable) => [
    variable,
    isSecret(variable),
    defaults.get(variable),
  ]);
  const byName = ([a]: unknown[], [b]: unknown[]) => String(a).localeCompare(String(b));
  expect(documented.sort(byName)).toEqual(wanted.sort(byName));
});
