/** Verification: the log replayed in memory and compared with what is stored, row by row. */
import { FOLD_VERSION } from '../../domain/books/version.ts';
import type { EventLog } from '../../domain/log.ts';
import { otherSlot } from '../generation.ts';
import type { Generations, Slot } from '../generation.ts';
import type { Progress } from '../projector.ts';
import { collectFacts } from '../replay/facts.ts';
import { createReplayer } from '../replay/replay.ts';
import type { GenerationReader } from '../rebuild/store.ts';
import { unknownKey, verifyKey, verifyPortfolio } from './compare-rows.ts';
import type { Difference } from './compare-rows.ts';
import { checksumText } from './checksums.ts';
import { verifyStored } from './stored.ts';
import type { BrokenRule } from './stored.ts';

/** All when a part is absent. */
export interface VerifyScope {
  readonly portfolioId?: string;
  /** This security's keys, and no portfolio's own rows. */
  readonly securityId?: string;
  /** The generation readers see unless given; `idle` is the other one, such as a rebuild not shown yet. */
  readonly generation?: 'active' | 'idle' | Slot;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly slot: Slot;
  /** The log position that was verified. */
  readonly position: number;
  readonly portfolios: number;
  readonly keys: number;
  readonly rows: number;
  /** The sum of all keys' checksums: equal for equal figures, whatever the epochs. */
  readonly checksum: string;
  /** Portfolios with work still to be folded; they were not compared. */
  readonly skipped: readonly string[];
  /** Keys that cannot be folded; neither they nor their portfolios' own rows were compared. */
  readonly quarantined: readonly { readonly portfolio_id: string; readonly security_id: string }[];
  /** The fold version of the program, and those of the rows: another one explains any difference. */
  readonly fold_version: number;
  readonly row_versions: readonly number[];
  /** The first differences of each key and portfolio. */
  readonly differences: readonly Difference[];
  /** Rules that the stored rows break by themselves, whatever the log says. */
  readonly broken: readonly BrokenRule[];
}

/** There is nothing to verify, and that is no success. */
export class NothingToVerify extends Error {
  readonly code = 'nothing_to_verify';
  override readonly name = 'NothingToVerify';
}

/**
 * Compares every row of the scope with a replay of the log up to where the generation is, and checks the
 * rules that rows keep among themselves.
 * @throws NothingToVerify for a generation that holds no books, and for names that are not in it
 */
export async function verify(
  { log, generations }: { log: EventLog; generations: Generations },
  scope: VerifyScope,
  onProgress?: (progress: Progress) => void,
): Promise<VerifyReport> {
  const slot = await slotOf(generations, scope);
  const generation = generations.of(slot);
  const compared = await generation.rebuild.snapshot((reader) =>
    compare(log, reader, slot, scope, onProgress),
  );
  const broken = await verifyStored(generation.checks, scope);
  const { foldVersions } = await generation.state();
  return {
    ...compared,
    ok: compared.ok && broken.length === 0,
    fold_version: FOLD_VERSION,
    row_versions: foldVersions,
    broken,
  };
}

async function slotOf(generations: Generations, { generation = 'active' }: VerifyScope): Promise<Slot> {
  if (generation === 'gen_a' || generation === 'gen_b') return generation;
  const active = await generations.active();
  return generation === 'active' ? active : otherSlot(active);
}

async function compare(
  log: EventLog,
  reader: GenerationReader,
  slot: Slot,
  scope: VerifyScope,
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<Omit<VerifyReport, 'broken' | 'fold_version' | 'row_versions'>> {
  const position = await reader.position();
  const inScope = scopeOf(scope);
  const stored = (await reader.keys()).filter(inScope);
  const storedKeys = new Map(stored.map((key) => [`${key.portfolioId}\t${key.securityId}`, key]));
  const portfolios = (await reader.portfolios()).filter(
    ({ portfolioNo, portfolioId }) =>
      (scope.portfolioId === undefined || portfolioId === scope.portfolioId) &&
      (scope.securityId === undefined || stored.some((key) => key.portfolioNo === portfolioNo)),
  );
  if (portfolios.length === 0 || position === 0) await refuseNothing(log, slot, position, scope);
  const facts = await collectFacts(log, position, (done, total) =>
    onProgress?.({ phase: 'read', done, total }),
  );
  const replayer = createReplayer(facts);
  const dirty = new Set(
    (await reader.marks(portfolios.map((p) => p.portfolioNo))).map((mark) => mark.portfolioNo),
  );
  const found = {
    keys: 0,
    rows: 0,
    checksum: 0n,
    differences: [] as Difference[],
    quarantined: [] as VerifyReport['quarantined'][number][],
  };
  let done = 0;
  for (const portfolio of portfolios) {
    const { portfolioNo, portfolioId } = portfolio;
    if (dirty.has(portfolioNo)) continue;
    const replay = replayer.portfolio(facts.known.portfolios.get(portfolioId)!);
    let quarantined = stored.some((key) => key.portfolioNo === portfolioNo && key.failed);
    let next = replay.next();
    for (; !next.done; next = replay.next()) {
      const { securityId } = next.value.details;
      if (!inScope({ portfolioId, securityId })) continue;
      const place = `${portfolioId}\t${securityId}`;
      const before = storedKeys.get(place);
      storedKeys.delete(place);
      if (before?.failed || next.value.failure !== undefined) {
        quarantined = true;
        found.quarantined.push({ portfolio_id: portfolioId, security_id: securityId });
        continue;
      }
      // Cash that the books derive comes last, and without the trades of a quarantined key is another one.
      if (quarantined && next.value.details.isCash) continue;
      found.keys += 1;
      found.rows += next.value.rows.length;
      const { differences, checksum } = await verifyKey(reader, portfolioId, before, next.value);
      found.differences.push(...differences);
      found.checksum += checksum;
    }
    if (scope.securityId === undefined && !quarantined)
      found.differences.push(...(await verifyPortfolio(reader, portfolio, next.value)));
    done += 1;
    const total = portfolios.length - dirty.size;
    onProgress?.({ phase: 'verify', done, total, rows: found.rows });
  }
  for (const key of storedKeys.values())
    if (!dirty.has(key.portfolioNo) && !key.failed)
      found.differences.push(...(await unknownKey(reader, key)));
  return {
    ok: found.differences.length === 0 && dirty.size === 0,
    slot,
    position,
    portfolios: done,
    keys: found.keys,
    rows: found.rows,
    checksum: checksumText(found.checksum),
    skipped: portfolios.filter((p) => dirty.has(p.portfolioNo)).map((p) => p.portfolioId),
    quarantined: found.quarantined,
    differences: found.differences,
  };
}

function scopeOf({ portfolioId, securityId }: VerifyScope) {
  return (key: { readonly portfolioId: string; readonly securityId: string }): boolean =>
    (portfolioId === undefined || key.portfolioId === portfolioId) &&
    (securityId === undefined || key.securityId === securityId);
}

/** A log without portfolios leaves nothing to verify; everything else that leaves nothing is a mistake. */
async function refuseNothing(log: EventLog, slot: Slot, position: number, scope: VerifyScope): Promise<void> {
  const named = [scope.portfolioId, scope.securityId].filter((name) => name !== undefined);
  if (position > 0 && named.length > 0)
    throw new NothingToVerify(`${slot} holds no rows of ${named.join(' ')}`);
  if (position === 0 && (await log.head()) > 0)
    throw new NothingToVerify(
      `${slot} holds no complete books: nothing was built in it, or was not finished`,
    );
}
