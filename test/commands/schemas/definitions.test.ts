import { expect, it } from 'vitest';
import type { CommandName } from '../../../commands/schemas/commands.ts';
import { parsers } from '../../../commands/schemas/commands.ts';

function errorsOf(command: CommandName, input: unknown): string[] {
  const parsed = parsers[command](input);
  return parsed.ok ? [] : parsed.errors.map(({ field, rule }) => `${field} ${rule}`);
}

const group = { group_id: 'G', portfolio_ids: ['P1', 'P2'] };
const blend = (...components: readonly object[]) => ({ benchmark_id: 'B', currency: 'USD', components });

it.each<[CommandName, object, string[]]>([
  ['groups', group, []],
  ['groups', { ...group, currency: 'EUR', name: 'Family' }, []],
  ['groups', { ...group, portfolio_ids: [] }, ['portfolio_ids length']],
  [
    'groups',
    { ...group, portfolio_ids: Array.from({ length: 1001 }, (_, i) => `P${i}`) },
    ['portfolio_ids length'],
  ],
  ['groups', { ...group, portfolio_ids: ['P1', 'P2', 'P1'] }, ['portfolio_ids.2 distinct']],
  ['groups', { ...group, portfolio_ids: ['P1', 'P,2'] }, ['portfolio_ids.1 characters']],
  ['groups', { ...group, group_id: 'P1,P2' }, ['group_id characters']],
  ['groups', { ...group, members: 2 }, ['members unknown_field']],
  ['group-removals', {}, ['group_id required']],
  ['benchmarks', blend({ weight: 1, security_id: 'S' }), []],
  ['benchmarks', blend({ weight: '0.1', security_id: 'S' }, { weight: '0.9', series_id: 'I' }), []],
  // As binary floats 0.1 + 0.2 + 0.7 is no 1.
  [
    'benchmarks',
    blend({ weight: 0.1, series_id: 'A' }, { weight: 0.2, series_id: 'B' }, { weight: 0.7, series_id: 'C' }),
    [],
  ],
  ['benchmarks', blend(), ['components length']],
  ['benchmarks', blend({ weight: '0.99', security_id: 'S' }), ['components weights']],
  [
    'benchmarks',
    blend({ weight: '1.5', security_id: 'S' }, { weight: '-0.5', series_id: 'I' }),
    ['components.1.weight positive'],
  ],
  ['benchmarks', blend({ weight: 1, security_id: 'S', series_id: 'I' }), ['components.0 one_of_two']],
  ['benchmarks', blend({ weight: 1 }), ['components.0 one_of_two']],
  [
    'benchmarks',
    blend({ weight: '0.5', security_id: 'S' }, { weight: '0.5', security_id: 'S' }),
    ['components.1 distinct'],
  ],
  [
    'benchmarks',
    { ...blend({ weight: 1, security_id: 'S' }), rebalancing: 'weekly' },
    ['rebalancing one_of'],
  ],
  [
    'benchmarks',
    { ...blend({ weight: 1, security_id: 'S' }), benchmark_id: 'series:I' },
    ['benchmark_id reserved'],
  ],
  ['benchmarks', { benchmark_id: 'B', components: [{ weight: 1, security_id: 'S' }] }, ['currency required']],
  ['series', { series_id: 'I', kind: 'level', currency: 'USD' }, []],
  ['series', { series_id: 'I', kind: 'rate' }, []],
  ['series', { series_id: 'I', kind: 'level' }, ['currency required']],
  ['series', { series_id: 'I', kind: 'level', currency: 'dollar' }, ['currency currency']],
  ['series', { series_id: 'I', kind: 'rate', currency: 'USD' }, ['currency not_allowed']],
  ['series', { series_id: 'I', kind: 'price' }, ['kind one_of']],
  ['series-values', { series_id: 'I', date: '2025-01-02', value: '-0.005' }, []],
  ['series-values', { series_id: 'I', date: '2025-02-30', value: 'much' }, ['date date', 'value decimal']],
])('%s %j: %j', (command, input, errors) => {
  expect(errorsOf(command, input)).toEqual(errors);
});

it('a component given twice is named as it was given', () => {
  const twice = blend({ weight: '0.5', series_id: 'I' }, { weight: '0.5', series_id: 'I' });
  const parsed = parsers['benchmarks'](twice);
  expect(parsed).toMatchObject({ ok: false, errors: [{ message: 'repeats series I' }] });
});
