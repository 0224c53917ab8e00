/** Every command by name, with its schema and its parser. */
import type { AdvanceBusinessDate, RecordFxRate, RecordPrice } from './market.ts';
import {
  businessDateSchema,
  fxRateSchema,
  parseBusinessDate,
  parseFxRate,
  parsePrice,
  priceSchema,
} from './market.ts';
import type { CancelTransaction, CorrectTransaction } from './correction.ts';
import { cancellationSchema, correctionSchema, parseCancellation, parseCorrection } from './correction.ts';
import type { DefineBenchmark, DefineGroup, RemoveBenchmark, RemoveGroup } from './definitions.ts';
import {
  benchmarkRemovalSchema,
  benchmarkSchema,
  groupRemovalSchema,
  groupSchema,
  parseBenchmark,
  parseBenchmarkRemoval,
  parseGroup,
  parseGroupRemoval,
} from './definitions.ts';
import type { ClosePortfolio, OpenPortfolio } from './portfolio.ts';
import { closePortfolioSchema, parseClosePortfolio, parsePortfolio, portfolioSchema } from './portfolio.ts';
import type { AnnounceSplit, RegisterSecurity } from './security.ts';
import { parseSecurity, parseSplit, securitySchema, splitSchema } from './security.ts';
import type { DefineSeries, RecordSeriesValue } from './series.ts';
import { parseSeries, parseSeriesValue, seriesSchema, seriesValueSchema } from './series.ts';
import type { RecordTransaction } from './transaction.ts';
import { parseTransaction, transactionSchema } from './transaction.ts';
import type { Parsed } from '../parsed.ts';

/** The parsed body of each command. */
export interface Commands {
  portfolios: OpenPortfolio;
  'portfolio-closures': ClosePortfolio;
  securities: RegisterSecurity;
  splits: AnnounceSplit;
  'fx-rates': RecordFxRate;
  prices: RecordPrice;
  transactions: RecordTransaction;
  corrections: CorrectTransaction;
  cancellations: CancelTransaction;
  'business-dates': AdvanceBusinessDate;
  groups: DefineGroup;
  'group-removals': RemoveGroup;
  benchmarks: DefineBenchmark;
  'benchmark-removals': RemoveBenchmark;
  series: DefineSeries;
  'series-values': RecordSeriesValue;
}

export type CommandName = keyof Commands;

export const commandSchemas = {
  portfolios: portfolioSchema,
  'portfolio-closures': closePortfolioSchema,
  securities: securitySchema,
  splits: splitSchema,
  'fx-rates': fxRateSchema,
  prices: priceSchema,
  transactions: transactionSchema,
  corrections: correctionSchema,
  cancellations: cancellationSchema,
  'business-dates': businessDateSchema,
  groups: groupSchema,
  'group-removals': groupRemovalSchema,
  benchmarks: benchmarkSchema,
  'benchmark-removals': benchmarkRemovalSchema,
  series: seriesSchema,
  'series-values': seriesValueSchema,
} as const;

export const parsers: { readonly [N in CommandName]: (input: unknown) => Parsed<Commands[N]> } = {
  portfolios: parsePortfolio,
  'portfolio-closures': parseClosePortfolio,
  securities: parseSecurity,
  splits: parseSplit,
  'fx-rates': parseFxRate,
  prices: parsePrice,
  transactions: parseTransaction,
  corrections: parseCorrection,
  cancellations: parseCancellation,
  'business-dates': parseBusinessDate,
  groups: parseGroup,
  'group-removals': parseGroupRemoval,
  benchmarks: parseBenchmark,
  'benchmark-removals': parseBenchmarkRemoval,
  series: parseSeries,
  'series-values': parseSeriesValue,
};
