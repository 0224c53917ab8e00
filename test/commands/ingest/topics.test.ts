import { expect, it } from 'vitest';
import {
  deadLetterTopic,
  groupName,
  ingestTopics,
  topicName,
  topicsOf,
} from '../../../commands/ingest/topics.ts';

it('topics have the names the contracts give them, behind the prefix', () => {
  expect(topicsOf('').map(({ name, role }) => `${role}: ${name}`)).toEqual([
    'positions: processed_transactions_completed',
    'positions: portfolios',
    'positions: securities',
    'market-data: prices',
    'market-data: fx_rates',
    'market-data: business_dates',
    'timeseries: daily_position_snapshot_persisted',
    'timeseries: portfolio_aggregation_required',
  ]);
  expect(topicName('eu-', 'transactions')).toBe('eu-processed_transactions_completed');
  expect(deadLetterTopic('eu-prices')).toBe('eu-prices.dlq');
  expect(groupName('chronofolio', 'positions')).toBe('chronofolio-positions');
});

it('those whose messages become events are the ones of positions and market data', () => {
  expect(new Set(ingestTopics('').map(({ role }) => role))).toEqual(new Set(['positions', 'market-data']));
});
