/**
 * Imports: read every row of every source, judge them all against the log and each other, and append
 * everything that is new in one transaction, or nothing.
 */
import type { AppendOutcome, EventMetadata } from '../../domain/log.ts';
import { conflictingTransaction } from '../deciders/transactions.ts';
import { createLookups } from '../handler/lookups.ts';
import type { ImportCommand } from './kinds.ts';
import type { Draft } from './draft.ts';
import { createDraft, createDrafting } from './draft.ts';
import { loadKnown } from './known.ts';
import type { Planned } from './output.ts';
import { createOutput } from './output.ts';
import type { ProblemList } from './problems.ts';
import { createProblems, refOf } from './problems.ts';
import { sourceRows } from './source-rows.ts';
import { SourceError } from './rows.ts';
import { resolveAmendments } from './resolve-amendments.ts';
import { resolveCalendar } from './resolve-calendar.ts';
import { resolveClosures, resolvePortfolios, resolveSecurities, resolveSplits } from './resolve-settings.ts';
import { resolveTransactions } from './resolve-transactions.ts';
import { resolveFxRates, resolvePrices } from './resolve-values.ts';
import type { Resolving } from './resolving.ts';
import type { ImportCount, ImportOptions, ImportPlan, ImportReport, ImportSource } from './types.ts';

const PROGRESS_EVERY = 5_000;

async function readAll(
  sources: readonly ImportSource[],
  options: ImportOptions,
  draft: Draft,
  problems: ProblemList,
): Promise<void> {
  const add = createDrafting(draft, problems);
  const lookups = createLookups(options.log);
  let rows = 0;
  for (const [file, source] of sources.entries()) {
    try {
      for await (const row of sourceRows(source, { funding: options.funding ?? true, lookups })) {
        add(row, refOf(file, row.line));
        if (++rows % PROGRESS_EVERY === 0) options.onProgress?.({ phase: 'reading', rows });
      }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      problems.add(refOf(file, 1), [{ field: '', rule: 'encoding', message: error.message }]);
    }
  }
  options.onProgress?.({ phase: 'reading', rows });
}

async function resolve(resolving: Resolving, options: ImportOptions, sources: number): Promise<void> {
  resolvePortfolios(resolving);
  resolveSecurities(resolving);
  resolveSplits(resolving);
  await resolveFxRates(resolving);
  await resolvePrices(resolving);
  const imported = await resolveTransactions(resolving);
  await resolveAmendments(resolving, imported);
  resolveClosures(resolving);
  await resolveCalendar(resolving, imported, options, refOf(sources, 0));
}

/** Reads and judges an import without appending anything. Rejects when a source or the log cannot be read. */
export async function planImport(
  sources: readonly ImportSource[],
  options: ImportOptions,
): Promise<ImportPlan> {
  const problems = createProblems(sources.map((source) => source.name));
  const draft = createDraft();
  await readAll(sources, options, draft, problems);

  const lookups = createLookups(options.log);
  const metadata: EventMetadata = { source: 'import', ...options.metadata };
  const output = createOutput(metadata, options.clock());
  options.onProgress?.({ phase: 'resolving', rows: 0 });
  const known = await loadKnown(draft, lookups);
  const resolving: Resolving = { log: options.log, lookups, draft, known, problems, output };
  await resolve(resolving, options, sources.length);

  const planned = output.all();
  return {
    problems: problems.sorted(),
    get problemCount() {
      return problems.count;
    },
    events: planned.length,
    apply: () => applyPlan(planned, draft, problems, options),
  };
}

/** Plans and applies. */
export async function importSources(
  sources: readonly ImportSource[],
  options: ImportOptions,
): Promise<ImportReport> {
  const plan = await planImport(sources, options);
  return plan.apply();
}

async function applyPlan(
  all: readonly Planned[],
  draft: Draft,
  problems: ProblemList,
  options: ImportOptions,
): Promise<ImportReport> {
  let planned = all;
  const skip = options.skipInvalid ?? false;
  // A second round is needed only when the log knows some of the transactions otherwise.
  for (;;) {
    if (problems.count > 0 && !skip) return report(false, [], [], draft, problems, options);
    options.onProgress?.({ phase: 'appending', rows: planned.length });
    const { committed, outcomes } = await options.log.appendBulk(planned.map(({ request }) => request));
    if (committed) return report(true, planned, outcomes, draft, problems, options);
    const refused = new Set<Planned>();
    for (const [i, outcome] of outcomes.entries()) {
      const each = planned[i]!;
      const errors = conflictErrors(outcome);
      if (errors.length > 0) refused.add(each);
      problems.add(each.ref, errors);
    }
    planned = planned.filter((each) => !refused.has(each));
  }
}

function conflictErrors(outcome: AppendOutcome) {
  switch (outcome.status) {
    case 'key_conflict':
      return conflictingTransaction(outcome.key.slice('transaction:'.length)).errors;
    case 'version_conflict': {
      const message = 'was changed by somebody else during the import; import again';
      return [{ field: '', rule: 'busy', message }];
    }
    default:
      return [];
  }
}

async function report(
  committed: boolean,
  planned: readonly Planned[],
  outcomes: readonly AppendOutcome[],
  draft: Draft,
  problems: ProblemList,
  options: ImportOptions,
): Promise<ImportReport> {
  const accepted = new Map<ImportCommand, number>();
  const duplicates = new Map(draft.repeats);
  let eventsAppended = 0;
  let position = 0;
  for (const [i, outcome] of outcomes.entries()) {
    const { command, rows, request } = planned[i]!;
    const counts = outcome.status === 'appended' ? accepted : duplicates;
    counts.set(command, (counts.get(command) ?? 0) + rows);
    if (outcome.status !== 'appended') continue;
    eventsAppended += request.events.length;
    position = Math.max(position, outcome.lastPosition);
  }
  const counts: Partial<Record<ImportCommand, ImportCount>> = {};
  for (const [command, rows] of draft.rows)
    counts[command] = {
      rows,
      accepted: accepted.get(command) ?? 0,
      duplicates: duplicates.get(command) ?? 0,
    };
  return {
    committed,
    problems: problems.sorted(),
    problemCount: problems.count,
    counts,
    eventsAppended,
    position: position > 0 ? position : await options.log.head(),
  };
}
