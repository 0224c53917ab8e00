/**
 * What a rebuild would change, without writing anything: the log is replayed in memory, as verification
 * does it, and compared with the rows that readers see now.
 */
import { FoldError } from '../../domain/books/fold-error.ts';
import { day as dayOf } from '../../domain/dates.ts';
import type { Decimal } from '../../domain/decimal.ts';
import type { EventLog } from '../../domain/log.ts';
import { DEFAULT_MATERIALITY } from '../../domain/returns/restatement.ts';
import { portfolioText } from '../fold/text.ts';
import type { Generations } from '../generation.ts';
import type { Progress } from '../projector.ts';
import { cannotBeFolded } from '../rebuild/outcome.ts';
import type { GenerationReader, StoredKey } from '../rebuild/store.ts';
import type { RebuildScope } from '../rebuild/runs.ts';
import { FROM_INCEPTION } from '../register/model.ts';
import type { PortfolioRecord } from '../register/model.ts';
import { collectFacts } from '../replay/facts.ts';
import { createReplayer } from '../replay/replay.ts';
import type { Replayer } from '../replay/replay.ts';
import { horizonOf, lastPublished, MOST_PORTFOLIOS, ROWS_OF_KEY } from './generations.ts';
import { comparePortfolio } from './portfolio.ts';
import type { ComparedPortfolio, PortfolioTexts } from './portfolio.ts';
import { keysAskedFor } from './reach.ts';
import { createTotals } from './report.ts';
import type { DiffReport } from './report.ts';
import { createPatch } from './patch.ts';
import { checksumOf, replayedRows } from './replayed.ts';
import { NO_ROWS } from './rows.ts';
import type { KeyRows } from './rows.ts';
import { keyRows, portfolioTexts } from './stored.ts';

export interface DryRunOptions {
  /** Basis points from which on an impact is material; 5 when left out. */
  readonly materiality?: Decimal;
  /** How many changed portfolios the report names (100), the worst first. */
  readonly mostPortfolios?: number;
  /** How many changed rows it shows of each key (3). */
  readonly rowsOfKey?: number;
}

/** What a dry run of the portfolios has at hand. */
interface Run {
  readonly reader: GenerationReader;
  readonly replayer: Replayer;
  readonly scope: RebuildScope;
  readonly options: DryRunOptions;
}

/**
 * Of a scope with `knownAt` the log is replayed up to there, and what differs is what has been learned
 * since. Portfolios with work still to be folded are left out and named.
 * @throws RebuildRefused at a key that cannot be folded, as the rebuild would
 */
export async function dryRun(
  { log, generations }: { readonly log: Pick<EventLog, 'readFeed'>; readonly generations: Generations },
  scope: RebuildScope,
  options: DryRunOptions = {},
  onProgress?: (progress: Progress) => void,
): Promise<DiffReport> {
  const materiality = options.materiality ?? DEFAULT_MATERIALITY;
  const slot = await generations.active();
  return generations.of(slot).rebuild.snapshot(async (reader) => {
    const position = await reader.position();
    const upTo = Math.min(position, scope.knownAt ?? position);
    const facts = await collectFacts(log, upTo, (done, total) =>
      onProgress?.({ phase: 'read', done, total }),
    );
    const run: Run = { reader, replayer: createReplayer(facts), scope, options };
    const stored = await storedPortfolios(reader, scope);
    const busy = new Set(
      (await reader.marks(stored.map((each) => each.portfolioNo))).map((m) => m.portfolioNo),
    );
    const totals = createTotals(options.mostPortfolios ?? MOST_PORTFOLIOS);
    let [done, keys] = [0, 0];
    for (const portfolio of stored) {
      if (!busy.has(portfolio.portfolioNo)) {
        const { looked, compared } = await compareOne(run, portfolio, materiality);
        keys += looked;
        if (compared) totals.note(compared.change, compared.impact);
      }
      onProgress?.({ phase: 'diff', done: ++done, total: stored.length });
    }
    return totals.report(
      {
        before: { books: 'generation', slot, position },
        after: { books: 'replay', slot: null, position: facts.position },
        compared: { portfolios: stored.length - busy.size, keys },
        unsettled: stored.filter((each) => busy.has(each.portfolioNo)).map((each) => each.portfolioId),
      },
      materiality,
    );
  });
}

interface StoredPortfolio {
  readonly portfolioNo: number;
  readonly portfolioId: string;
  readonly keys: ReadonlyMap<string, StoredKey>;
}

async function storedPortfolios(
  reader: GenerationReader,
  { portfolioId, securityId }: RebuildScope,
): Promise<StoredPortfolio[]> {
  const keys = new Map<string, Map<string, StoredKey>>();
  for (const key of await reader.keys()) {
    const own = keys.get(key.portfolioId) ?? new Map<string, StoredKey>();
    keys.set(key.portfolioId, own.set(key.securityId, key));
  }
  return (await reader.portfolios())
    .map(({ portfolioNo, portfolioId: id }) => ({
      portfolioNo,
      portfolioId: id,
      keys: keys.get(id) ?? new Map<string, StoredKey>(),
    }))
    .filter(
      (each) =>
        (portfolioId === undefined || each.portfolioId === portfolioId) &&
        (securityId === undefined || each.keys.has(securityId)),
    );
}

async function compareOne(
  { reader, replayer, scope, options }: Run,
  stored: StoredPortfolio,
  materiality: Decimal,
): Promise<{ looked: number; compared: ComparedPortfolio | undefined }> {
  const { facts } = replayer;
  const record = facts.known.portfolios.get(stored.portfolioId);
  const before = await portfolioTexts(reader, stored.portfolioNo);
  const replayedTo = record && facts.isTouched(record.portfolioNo) ? facts.horizon : null;
  const through = lastPublished(horizonOf(stored, before), replayedTo);
  if (through === undefined) return { looked: 0, compared: undefined };
  const from = scope.from === undefined ? FROM_INCEPTION : dayOf(scope.from);
  const comparison = comparePortfolio({
    portfolioId: stored.portfolioId,
    from,
    through,
    materiality,
    rowsOfKey: options.rowsOfKey ?? ROWS_OF_KEY,
  });
  const asked = scope.securityId === undefined ? undefined : keysAskedFor(facts, record, scope.securityId);
  const narrowed = asked !== undefined || scope.from !== undefined;
  const patch = createPatch(from);
  const unmet = new Set(stored.keys.keys());
  let looked = 0;

  const compareKey = async (securityId: string, rows: KeyRows) => {
    if (asked && !asked.has(securityId)) return;
    looked += 1;
    const key = stored.keys.get(securityId);
    if (key && checksumOf(rows) === key.checksum) return;
    const was = await keyRows(reader, key);
    comparison.key(securityId, was, rows);
    if (narrowed) patch.add(was, rows);
  };
  const replayed = record ? await replayKeys(replayer, record, compareKey, unmet) : EMPTY;
  for (const securityId of unmet) await compareKey(securityId, NO_ROWS);
  return {
    looked,
    compared: comparison.finish(before, narrowed ? patch.apply(before, replayed) : replayed),
  };
}

const EMPTY: PortfolioTexts = new Map();

/** Hands the keys over one by one, takes them out of `unmet`, and returns the portfolio's own days. */
async function replayKeys(
  replayer: Replayer,
  record: PortfolioRecord,
  onKey: (securityId: string, rows: KeyRows) => Promise<void>,
  unmet: Set<string>,
): Promise<PortfolioTexts> {
  const replay = replayer.portfolio(record);
  let next = replay.next();
  for (; !next.done; next = replay.next()) {
    const { securityId } = next.value.details;
    const { failure } = next.value;
    if (failure)
      throw cannotBeFolded([
        {
          portfolioId: record.settings.portfolio_id,
          securityId,
          transactionId: failure instanceof FoldError ? failure.transactionId : null,
          reason: failure.message,
        },
      ]);
    unmet.delete(securityId);
    await onKey(securityId, replayedRows(next.value));
    // Others of this process are served in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return new Map([...next.value.days].map(([day, row]) => [day, portfolioText(row)]));
}
