import { describe, expect, it } from 'vitest';
import type { CommandName } from '../../../commands/schemas/commands.ts';
import { parsers } from '../../../commands/schemas/commands.ts';

function errorsOf(command: CommandName, input: unknown): string[] {
  const parsed = parsers[command](input);
  return parsed.ok ? [] : parsed.errors.map(({ field, rule }) => `${field} ${rule}`);
}

describe('the other commands', () => {
  it.each<[CommandName, object, string[]]>([
    ['portfolios', { portfolio_id: 'P', base_currency: 'USD' }, []],
    ['portfolios', { portfolio_id: 'P' }, ['base_currency required']],
    [
      'portfolios',
      { portfolio_id: 'P', base_currency: 'USD', cost_basis_method: 'best' },
      ['cost_basis_method one_of'],
    ],
    ['portfolios', { portfolio_id: 'P', base_currency: 'USD', allow_short: 'yes' }, ['allow_short type']],
    [
      'portfolios',
      { portfolio_id: 'P', base_currency: 'USD', time_zone: 'Nowhere' },
      ['time_zone time_zone'],
    ],
    ['portfolio-closures', { portfolio_id: 'P', date: '2025-06-31' }, ['date date']],
    ['securities', { security_id: 'S', currency: 'dollar' }, ['currency currency']],
    ['securities', { security_id: 'S', currency: 'USD', type: 'stock' }, ['type one_of']],
    ['splits', { security_id: 'S', date: '2014-06-09', ratio: 7 }, ['prices_adjusted required']],
    ['splits', { security_id: 'S', date: '2014-06-09', ratio: 0, prices_adjusted: true }, ['ratio positive']],
    ['prices', { security_id: 'S', date: '2014-06-09', price: 0 }, ['price positive']],
    ['prices', { security_id: 'S', date: '2014-06-09', price: -1 }, ['price positive']],
    [
      'fx-rates',
      { from_currency: 'EUR', to_currency: 'USD', date: '2014-06-09', rate: 0 },
      ['rate positive'],
    ],
    [
      'fx-rates',
      { from_currency: 'EUR', to_currency: 'EUR', date: '2014-06-09', rate: 1 },
      ['to_currency differs'],
    ],
    ['business-dates', { date: 'tomorrow' }, ['date date']],
    ['business-dates', {}, ['date required']],
    ['corrections', { transaction_id: 'T', reason: 'typo' }, [' not_empty']],
    ['corrections', { transaction_id: 'T', price: 3 }, ['reason required']],
    ['corrections', { transaction_id: 'T', price: null, reason: 'typo' }, ['price type']],
    ['corrections', { transaction_id: 'T', price: 3, reason: 'typo' }, []],
    ['cancellations', { transaction_id: 'T' }, ['reason required']],
    ['cancellations', { transaction_id: 'T', reason: ' ' }, ['reason length']],
  ])('%s %j: %j', (command, input, errors) => {
    expect(errorsOf(command, input)).toEqual(errors);
  });
});
