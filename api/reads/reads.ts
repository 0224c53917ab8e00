import type { Queries } from '../../projections/queries/queries.ts';
import type { Api } from '../http/context.ts';
import { attributionReads } from './attribution.ts';
import { contributionReads } from './contributions.ts';
import { definitionReads } from './definitions.ts';
import { eventReads } from './events.ts';
import { exposureReads } from './exposures.ts';
import { flowReads } from './flows.ts';
import { performanceReads } from './performance.ts';
import { portfolioReads } from './portfolios.ts';
import { positionReads } from './positions.ts';
import { riskReads } from './risk.ts';
import { restatementReads } from './restatements.ts';
import { segmentTimeseriesReads } from './segment-timeseries.ts';
import { segmentReads } from './segments.ts';
import { timeseriesReads } from './timeseries.ts';

/** Every read, in the order of the document. */
export function registerReads(api: Api, queries: Queries): void {
  portfolioReads(api, queries);
  timeseriesReads(api, queries);
  performanceReads(api, queries);
  riskReads(api, queries);
  contributionReads(api, queries);
  attributionReads(api, queries);
  segmentReads(api, queries);
  segmentTimeseriesReads(api, queries);
  exposureReads(api, queries);
  definitionReads(api, queries);
  flowReads(api, queries);
  positionReads(api, queries);
  restatementReads(api, queries);
  eventReads(api, queries);
}
