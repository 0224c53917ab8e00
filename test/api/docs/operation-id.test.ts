import { expect, test } from 'vitest';
import { operationId } from '../../../api/docs/operation-id.ts';

test.each([
  ['get', '/v1/portfolios', 'getPortfolios'],
  ['get', '/v1/portfolios/{portfolio_id}', 'getPortfolio'],
  ['get', '/v1/portfolios/{portfolio_id}/positions/{security_id}/lots', 'getPortfolioPositionLots'],
  ['post', '/v1/fx-rates', 'postFxRates'],
  ['post', '/v1/transactions/{transaction_id}/correct', 'correctTransaction'],
  ['delete', '/v1/rebuilds/{rebuild_id}', 'deleteRebuild'],
  ['get', '/v1/securities', 'getSecurities'],
  ['get', '/v1/securities/{security_id}', 'getSecurity'],
  ['get', '/v1/series', 'listSeries'],
  ['get', '/v1/series/{series_id}', 'getSeries'],
  ['get', '/api/snapshots/{symbol}', 'getMarketSnapshot'],
  ['get', '/analytics/{symbol}', 'getMarketAnalytics'],
  ['post', '/api/snapshots/query', 'postMarketSnapshotsQuery'],
])('%s %s is %s', (method, path, name) => {
  expect(operationId(method, path)).toBe(name);
});
