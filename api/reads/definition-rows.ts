/** The schemas of groups, benchmarks, series and securities in replies. */
import { z } from '@hono/zod-openapi';
import { REBALANCINGS } from '../../commands/schemas/definitions.ts';
import { SECURITY_TYPES } from '../../commands/schemas/security.ts';
import { fraction, isoDate, number } from './rows.ts';

const name = z.string().nullable();

export const groupRow = z
  .object({
    group_id: z.string().meta({ example: 'FAMILY' }),
    name: name.meta({ example: 'The family' }),
    currency: z.string().meta({ description: 'Of its figures.', example: 'USD' }),
    portfolio_ids: z.array(z.string()).meta({ example: ['PORT_001', 'PORT_002'] }),
  })
  .meta({ id: 'Group' });

const benchmarkComponent = z.object({
  weight: fraction.meta({ description: 'Fraction of the whole.', format: 'decimal', example: '0.6' }),
  security_id: z.string().nullable().meta({ example: 'SEC_WORLD' }),
  series_id: z.string().nullable().meta({ example: null }),
});

export const benchmarkRow = z
  .object({
    benchmark_id: z.string().meta({ example: 'BALANCED' }),
    name: name.meta({ example: '60 % shares, 40 % bonds' }),
    currency: z.string().meta({ description: 'Of its returns.', example: 'USD' }),
    rebalancing: z.enum(REBALANCINGS).meta({ description: 'Weights are restored before each such period.' }),
    components: z.array(benchmarkComponent),
  })
  .meta({ id: 'Benchmark' });

export const benchmarkSeriesRow = z
  .object({
    date: isoDate,
    level: number.meta({ description: '1 on the first day.', format: 'decimal', example: '1.0523' }),
    return: fraction
      .nullable()
      .meta({ description: 'Of the day; null on the first one.', format: 'decimal', example: '0.0012' }),
  })
  .meta({ id: 'BenchmarkDay' });

export const seriesRow = z
  .object({
    series_id: z.string().meta({ example: 'BOND_INDEX' }),
    name: name.meta({ example: 'Bonds, total return' }),
    kind: z.enum(['level', 'rate']).meta({ description: 'Levels of an index, or yearly rates.' }),
    currency: z.string().nullable().meta({ description: 'Of levels.', example: 'USD' }),
  })
  .meta({ id: 'Series' });

export const seriesValueRow = z
  .object({ date: isoDate, value: number.meta({ description: 'As uploaded.', format: 'decimal' }) })
  .meta({ id: 'SeriesValue' });

export const securityRow = z
  .object({
    security_id: z.string().meta({ example: 'SEC_AAPL' }),
    name: name.meta({ example: 'Apple' }),
    currency: z.string().meta({ example: 'USD' }),
    type: z.enum(SECURITY_TYPES),
    isin: z.string().nullable().meta({ example: 'US0378331005' }),
    symbol: z.string().nullable().meta({ example: 'AAPL' }),
    asset_class: z.string().nullable().meta({ example: 'Equity' }),
    sector: z.string().nullable().meta({ example: 'Technology' }),
    country: z.string().nullable().meta({ example: 'US' }),
  })
  .meta({ id: 'Security' });
