/** Whole histories in one reply, without pages. */
import { z } from '@hono/zod-openapi';
import type { ZodObject } from 'zod';
import { identifier } from '../../commands/schemas/fields.ts';
import { exportPortfolioDays, exportPositionDays } from '../../projections/queries/export.ts';
import type { EndedExport } from '../../projections/metrics.ts';
import type { Exported, ExportModels, ExportQuery } from '../../projections/queries/export.ts';
import { found } from '../../projections/queries/reading.ts';
import type { Outcome, ReadContext, Reader } from '../../projections/queries/reading.ts';
import type { Api, ApiContext } from '../http/context.ts';
import { endpoint } from '../http/endpoint.ts';
import { invalidParameter, Problem } from '../http/problem.ts';
import type { Observer } from '../ports.ts';
import { columnsOf } from '../reply/columns.ts';
import { createExportDesk, DEFAULT_EXPORT_LIMITS, headResponse } from '../reply/export-desk.ts';
import type { ExportDesk, ExportLimits } from '../reply/export-desk.ts';
import { accepted } from '../reply/format.ts';
import { contentHeaders, encoderOf } from '../reply/table.ts';
import { exportedPortfolioDay, exportedPositionDay } from './export-rows.ts';
import { noParams, numbers, range, rangeOf, securityFilter } from './parameters.ts';
import { rowContents } from './replies.ts';
import { GROUP_MEMBERS_MAX } from './subjects.ts';

const EXPORT_FORMATS = ['csv', 'ndjson', 'arrow', 'parquet'] as const;

export interface ExportDependencies {
  readonly models: ExportModels;
  readonly limits?: ExportLimits;
  /** Told of each export when it is over; nobody is unless given. */
  readonly observe?: (ended: EndedExport) => void;
}

const portfolioList = z
  .string()
  .transform((text, context): readonly string[] => {
    const ids = [...new Set(text.split(','))];
    if (ids.length <= GROUP_MEMBERS_MAX && ids.every((id) => identifier.safeParse(id).success)) return ids;
    context.addIssue({
      code: 'custom',
      message: `must be 1 to ${GROUP_MEMBERS_MAX} ids of portfolios with commas between`,
      params: { rule: 'portfolio_id' },
    });
    return z.NEVER;
  })
  .optional()
  .meta({
    description: 'Only these portfolios, with commas between; all by default.',
    example: 'PORT_001,PORT_002',
  });

const selection = {
  portfolio_id: portfolioList,
  group_id: identifier.optional().meta({ description: 'Only the members of this group.', example: 'FAMILY' }),
  ...range,
  format: z.enum(EXPORT_FORMATS).optional().meta({ description: 'Overrides `Accept`; `csv` by default.' }),
  numbers,
};

interface Selection {
  readonly portfolio_id?: readonly string[] | undefined;
  readonly group_id?: string | undefined;
  readonly security_id?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly format?: (typeof EXPORT_FORMATS)[number] | undefined;
  readonly numbers?: z.infer<typeof numbers>;
}

type Limits = Pick<ReadContext, 'portfolios'>;

interface ExportSpec<Row extends object> {
  readonly name: string;
  readonly summary: string;
  readonly order: string;
  readonly row: ZodObject;
  readonly query: ZodObject & z.ZodType<Selection>;
  readonly run: (
    query: ExportQuery,
    limits: Limits,
    receive: (exported: Exported<Row>) => Promise<void>,
  ) => Promise<Outcome<void>>;
}

export function exportReads(
  api: Api,
  reader: Reader,
  observer: Pick<Observer, 'failure'>,
  { models, limits = DEFAULT_EXPORT_LIMITS, observe }: ExportDependencies,
): void {
  const desk = createExportDesk(limits, observe);
  exportEndpoint(api, reader, observer, desk, {
    name: 'position-days',
    summary: 'Every day of every position, whole, in one reply',
    order: 'portfolio, security and date',
    row: exportedPositionDay,
    query: z.strictObject({ ...selection, security_id: securityFilter }),
    run: (query, context, receive) => exportPositionDays(models, query, context, receive),
  });
  exportEndpoint(api, reader, observer, desk, {
    name: 'portfolio-days',
    summary: 'Every complete day of every portfolio, whole, in one reply',
    order: 'portfolio and date',
    row: exportedPortfolioDay,
    query: z.strictObject(selection),
    run: (query, context, receive) => exportPortfolioDays(models, query, context, receive),
  });
}

function exportEndpoint<Row extends object>(
  api: Api,
  reader: Reader,
  observer: Pick<Observer, 'failure'>,
  desk: ExportDesk,
  { name, summary, order, row, query: parameters, run }: ExportSpec<Row>,
): void {
  const columns = columnsOf(row);
  endpoint(
    api,
    {
      method: 'get',
      path: `/v1/exports/${name}`,
      tag: 'Exports',
      summary,
      description: `Rows in the order of ${order}, of one snapshot of the books however long it takes to send them. A reply that ends without the end of its encoding (the last chunk, the end mark of Arrow, the footer of Parquet) was broken off and is not whole. Amounts are in the currencies the books keep them in; what was known earlier is not offered here.`,
      params: noParams,
      query: parameters,
      replies: {
        200: {
          description: 'The rows in order.',
          headers: {
            'X-Chronofolio-Position': {
              description: 'The log position that the rows reflect.',
              schema: { type: 'integer' as const },
            },
            'Content-Disposition': {
              description: 'A name for the file.',
              schema: { type: 'string' as const },
              example: 'attachment; filename="position-days.csv"',
            },
          },
          content: rowContents(row),
        },
      },
      problems: ['not-found', 'not-acceptable'],
    },
    async (c, { query }) => {
      const format = query.format ?? accepted(c.req.header('Accept'), EXPORT_FORMATS);
      const headers = {
        ...contentHeaders(format),
        'Transfer-Encoding': 'chunked',
        'Accept-Ranges': 'none',
        'Cache-Control': 'private, no-store',
        'Content-Disposition': `attachment; filename="${name}.${format}"`,
        Vary: 'Accept',
      };
      const limits = limitsOf(c);
      const portfolioIds = await portfoliosOf(reader, query, limits);
      const asked: ExportQuery = {
        ...rangeOf(query),
        ...(portfolioIds === undefined ? {} : { portfolioIds }),
        ...(query.security_id === undefined ? {} : { securityId: query.security_id }),
      };
      // Nobody would take a body; there is one, or there is not, all the same.
      if (c.req.method === 'HEAD') return headResponse(headers, (receive) => run(asked, limits, receive));
      const conventions = { export: name, ...query };
      return desk.send<Row>({
        name,
        format,
        signal: c.req.raw.signal,
        run: (receive) => run(asked, limits, receive),
        encoder: (position) =>
          encoderOf(format, {
            columns,
            head: { ...conventions, position },
            numbers: query.numbers ?? 'decimal',
          }),
        headers,
        onFailure: (error) => observer.failure(c.get('requestId'), error),
      });
    },
  );
}

function limitsOf(c: ApiContext): Limits {
  const { portfolios } = c.get('principal');
  return portfolios === undefined ? {} : { portfolios };
}

async function portfoliosOf(
  reader: Reader,
  { portfolio_id: ids, group_id: group }: Selection,
  limits: Limits,
): Promise<readonly string[] | undefined> {
  if (group === undefined) return ids;
  if (ids !== undefined)
    throw invalidParameter('group_id', 'exclusive', 'cannot be combined with portfolio_id');
  const reading = await reader.subject({ kind: 'group', group }, limits, async ({ subject }) =>
    found(subject.members.map((member) => member.portfolio_id)),
  );
  if (reading.status === 'ok') return reading.value;
  throw new Problem('not-found', `there is no group ${group}`);
}
