import { describe, it } from 'vitest';
import {
  decideClosePortfolio,
  decideOpenPortfolio,
  evolvePortfolio,
  initialPortfolio,
} from '../../../commands/deciders/portfolio.ts';
import type { DomainEvent } from '../../../domain/events.ts';
import { opened, spec } from '../support/spec.ts';

const given = spec(decideOpenPortfolio, evolvePortfolio, initialPortfolio);
const givenForClosing = spec(decideClosePortfolio, evolvePortfolio, initialPortfolio);
const command = { portfolio_id: 'P1', base_currency: 'USD' };
const closed: DomainEvent = { type: 'PortfolioClosed', data: { portfolio_id: 'P1', date: '2025-06-30' } };

describe('opening a portfolio', () => {
  it('fills in the defaults', () => given().when(command).then(opened()));
  it('keeps what is given', () =>
    given()
      .when({
        ...command,
        name: 'Growth',
        cost_basis_method: 'hifo',
        cash: 'explicit',
        time_zone: 'Asia/Tokyo',
      })
      .then(
        opened({ name: 'Growth', cost_basis_method: 'hifo', cash: 'explicit', time_zone: 'Asia/Tokyo' }),
      ));
  it('is nothing new the second time', () =>
    given(opened({ name: 'Growth' }))
      .when(command)
      .thenNothing());
  it('with other details changes just those', () =>
    given(opened({ name: 'Growth' }))
      .when({ ...command, name: 'Value', allow_short: false })
      .then({ type: 'PortfolioSettingsChanged', data: { portfolio_id: 'P1', changes: { name: 'Value' } } }));
  it('takes earlier changes into account', () =>
    given(opened(), {
      type: 'PortfolioSettingsChanged',
      data: { portfolio_id: 'P1', changes: { allow_short: true } },
    })
      .when({ ...command, allow_short: true })
      .thenNothing());
  it('cannot change the base currency nor the time zone', () =>
    given(opened())
      .when({ ...command, base_currency: 'EUR', time_zone: 'Europe/Berlin', name: 'X' })
      .thenRefused('conflict', 'base_currency immutable', 'time_zone immutable'));
  it('changes nothing once it is closed', () => {
    given(opened(), closed)
      .when({ ...command, name: 'X' })
      .thenRefused('closed', 'portfolio_id closed');
    given(opened(), closed).when(command).thenNothing();
  });
});

describe('closing a portfolio', () => {
  const close = { portfolio_id: 'P1', date: '2025-06-30' };
  it('is recorded', () => givenForClosing(opened()).when(close).then(closed));
  it('is nothing new the second time', () => givenForClosing(opened(), closed).when(close).thenNothing());
  it('happens on one day', () =>
    givenForClosing(opened(), closed)
      .when({ ...close, date: '2025-07-01' })
      .thenRefused('closed', 'portfolio_id closed'));
  it('needs a portfolio', () =>
    givenForClosing().when(close).thenRefused('not_found', 'portfolio_id not_found'));
});
