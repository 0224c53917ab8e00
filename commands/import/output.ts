/** The appends an import comes to, in the order in which they go into the log. */
import type { DomainEvent } from '../../domain/events.ts';
import { streams } from '../../domain/events.ts';
import type { Instant } from '../../domain/dates.ts';
import type { AppendRequest, EventMetadata } from '../../domain/log.ts';
import { toAppend } from '../handler/appending.ts';
import type { ImportCommand } from './kinds.ts';
import type { RowRef } from './problems.ts';

/** An append with the rows it comes from. */
export interface Planned {
  readonly request: AppendRequest;
  readonly command: ImportCommand;
  readonly ref: RowRef;
  /** How many rows it stands for. */
  readonly rows: number;
}

const ORDER: readonly ImportCommand[] = [
  'portfolios',
  'securities',
  'splits',
  'fx-rates',
  'prices',
  'transactions',
  'corrections',
  'cancellations',
  'portfolio-closures',
  'business-dates',
];

function streamOf(event: DomainEvent): string {
  switch (event.type) {
    case 'PortfolioOpened':
    case 'PortfolioSettingsChanged':
    case 'PortfolioClosed':
      return streams.portfolio(event.data.portfolio_id);
    case 'SecurityRegistered':
    case 'SecurityDetailsChanged':
    case 'SplitAnnounced':
      return streams.security(event.data.security_id);
    case 'TransactionRecorded':
    case 'TransactionCorrected':
    case 'TransactionCancelled':
      return streams.transactions(event.data.portfolio_id, event.data.security_id);
    case 'PricesRecorded':
      return streams.prices(event.data.security_id);
    case 'FxRatesRecorded':
      return streams.fx(event.data.from_currency, event.data.to_currency);
    case 'BusinessDateAdvanced':
      return streams.calendar;
    case 'GroupDefined':
    case 'GroupRemoved':
      return streams.group(event.data.group_id);
    case 'BenchmarkDefined':
    case 'BenchmarkRemoved':
      return streams.benchmark(event.data.benchmark_id);
    case 'SeriesDefined':
    case 'SeriesRecorded':
      return streams.series(event.data.series_id);
    case 'AccessKeyIssued':
    case 'AccessKeyRevoked':
      return streams.accessKey(event.data.key_id);
    case 'OperationOrdered':
    case 'AccessRefused':
      return streams.audit;
    default: {
      const never: never = event;
      return never;
    }
  }
}

export interface PlanOptions {
  /** How many rows the event stands for: 1 unless given, 0 for one nobody asked for by a row. */
  readonly rows?: number;
  readonly idempotency?: AppendRequest['idempotency'];
  readonly transactionDate?: Instant;
}

export function createOutput(metadata: EventMetadata, now: Instant) {
  const names = new Map<string, string>();
  const shared = (name: string): string => {
    const known = names.get(name);
    if (known !== undefined) return known;
    names.set(name, name);
    return name;
  };
  const sections = new Map<ImportCommand, Planned[]>(ORDER.map((command) => [command, []]));
  return {
    plan(command: ImportCommand, ref: RowRef, event: DomainEvent, options: PlanOptions = {}): Planned {
      const isFirst = event.type === 'PortfolioOpened' || event.type === 'SecurityRegistered';
      const request: AppendRequest = {
        streamId: shared(streamOf(event)),
        expected: isFirst ? 'none' : 'any',
        events: [toAppend(event, metadata, now, options.transactionDate)],
        ...(options.idempotency ? { idempotency: options.idempotency } : {}),
      };
      const planned: Planned = { request, command, ref, rows: options.rows ?? 1 };
      sections.get(command)!.push(planned);
      return planned;
    },
    /** Portfolios and securities first, the business date last. */
    all: (): Planned[] => ORDER.flatMap((command) => sections.get(command)!),
  };
}

export type Output = ReturnType<typeof createOutput>;
