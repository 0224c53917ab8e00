import { describe, it } from 'vitest';
import {
  decideDefineBenchmark,
  decideDefineGroup,
  decideRemoveBenchmark,
  decideRemoveGroup,
  evolveBenchmark,
  evolveGroup,
  initialDefinition,
} from '../../../commands/deciders/definitions.ts';
import type { BenchmarkDetails, DomainEvent, GroupDetails } from '../../../domain/events.ts';
import { spec } from '../support/spec.ts';

const noGroup = initialDefinition<GroupDetails>;
const noBenchmark = initialDefinition<BenchmarkDetails>;

describe('groups', () => {
  const given = spec(decideDefineGroup, evolveGroup, noGroup);
  const givenForRemoval = spec(decideRemoveGroup, evolveGroup, noGroup);
  const currencies = new Map([
    ['P1', 'USD'],
    ['P2', 'USD'],
    ['P3', 'EUR'],
    ['GONE', undefined],
  ]);
  const group = (portfolio_ids: string[], more: object = {}) => ({
    command: { group_id: 'G', portfolio_ids, ...more },
    currencies: new Map([...currencies].filter(([id]) => portfolio_ids.includes(id))),
  });
  const defined = (portfolio_ids: string[], currency: string, more: object = {}): DomainEvent => ({
    type: 'GroupDefined',
    data: { group_id: 'G', currency, portfolio_ids, ...more },
  });

  it('is in the currency that all of its portfolios have', () =>
    given()
      .when(group(['P1', 'P2'], { name: 'Both' }))
      .then(defined(['P1', 'P2'], 'USD', { name: 'Both' })));
  it('needs a currency where they differ', () => {
    given()
      .when(group(['P1', 'P3']))
      .thenRefused('invalid', 'currency required');
    given()
      .when(group(['P1', 'P3'], { currency: 'GBP' }))
      .then(defined(['P1', 'P3'], 'GBP'));
  });
  it('names only portfolios that there are', () =>
    given()
      .when(group(['P1', 'GONE']))
      .thenRefused('not_found', 'portfolio_ids.1 not_found'));
  it('is nothing new the second time, and replaced by another', () => {
    given(defined(['P1', 'P2'], 'USD'))
      .when(group(['P1', 'P2']))
      .thenNothing();
    given(defined(['P1', 'P2'], 'USD'))
      .when(group(['P2', 'P1']))
      .then(defined(['P2', 'P1'], 'USD'));
    given(defined(['P1'], 'USD', { name: 'One' }))
      .when(group(['P1']))
      .then(defined(['P1'], 'USD'));
  });
  it('is removed once, and may come back', () => {
    const removed: DomainEvent = { type: 'GroupRemoved', data: { group_id: 'G' } };
    givenForRemoval(defined(['P1'], 'USD'))
      .when({ group_id: 'G' })
      .then(removed);
    givenForRemoval(defined(['P1'], 'USD'), removed)
      .when({ group_id: 'G' })
      .thenRefused('not_found', 'group_id not_found');
    given(defined(['P1'], 'USD'), removed)
      .when(group(['P1']))
      .then(defined(['P1'], 'USD'));
  });
});

describe('benchmarks', () => {
  const given = spec(decideDefineBenchmark, evolveBenchmark, noBenchmark);
  const givenForRemoval = spec(decideRemoveBenchmark, evolveBenchmark, noBenchmark);
  const components = [
    { weight: '0.6', security_id: 'S' },
    { weight: '0.4', series_id: 'I' },
  ];
  const command = { benchmark_id: 'B', currency: 'USD', components };
  const fine = { command, unknown: [], unfit: [] };
  const defined: DomainEvent = {
    type: 'BenchmarkDefined',
    data: { benchmark_id: 'B', currency: 'USD', rebalancing: 'monthly', components },
  };
  const fault = (rule: string) => ({ field: 'components.1.series_id', rule, message: 'no' });

  it('is rebalanced monthly unless said', () => {
    given().when(fine).then(defined);
    given(defined)
      .when({ ...fine, command: { ...command, rebalancing: 'monthly' as const } })
      .thenNothing();
    given(defined)
      .when({ ...fine, command: { ...command, rebalancing: 'never' as const } })
      .then({ type: 'BenchmarkDefined', data: { ...defined.data, rebalancing: 'never' } });
  });
  it('names what there is and what fits', () => {
    given()
      .when({ ...fine, unknown: [fault('not_found')], unfit: [fault('not_levels')] })
      .thenRefused('not_found', 'components.1.series_id not_found');
    given()
      .when({ ...fine, unfit: [fault('not_levels')] })
      .thenRefused('invalid', 'components.1.series_id not_levels');
  });
  it('is removed once', () => {
    const removed: DomainEvent = { type: 'BenchmarkRemoved', data: { benchmark_id: 'B' } };
    givenForRemoval(defined).when({ benchmark_id: 'B' }).then(removed);
    givenForRemoval().when({ benchmark_id: 'B' }).thenRefused('not_found', 'benchmark_id not_found');
    given(defined, removed).when(fine).then(defined);
  });
});
