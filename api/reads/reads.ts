import type { Queries } from '../../projections/queries/queries.ts';
import type { Api } from '../http/context.ts';
import { eventReads } from './events.ts';
import { flowReads } from './flows.ts';
import { performanceReads } from './performance.ts';
import { portfolioReads } from './portfolios.ts';
import { positionReads } from './positions.ts';
import { restatementReads } from './restatements.ts';
import { timeseriesReads } from './timeseries.ts';

/** Every read, in the order of the document. */
export function registerReads(api: Api, queries: Queries): void {
  portfolioReads(api, queries);
  timeseriesReads(api, queries);
  performanceReads(api, queries);
  flowReads(api, queries);
  positionReads(api, queries);
  restatementReads(api, queries);
  eventReads(api, queries);
}
