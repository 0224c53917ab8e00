/**
 * Takes in `daily_position_snapshot_persisted`: sees that the position's time-series row of the day is there and
 * agrees with the snapshot, and makes the portfolio's day eligible for aggregation.
 *
 * Our folds write both rows and the portfolio's in one transaction, so there is nothing to make from a message in
 * the normal course; it verifies. What is found missing or different is marked to be regenerated from the log.
 *
 * A message is fenced when its epoch is below the current one of its day: the position's, unless the day's row
 * still stands under a lower one because no restatement has reached it.
 */
import type { DeadLetter, HandleBatch } from '../../domain/messages.ts';
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';
import { SILENT_LOGGER } from '../logger.ts';
import type { Logger } from '../logger.ts';
import { readSnapshots } from './messages.ts';
import type { PersistedSnapshot, Read } from './messages.ts';
import type { AggregationMetrics } from './metrics.ts';
import type {
  AggregationStore,
  Damage,
  PortfolioDay,
  SnapshotFound,
  SnapshotSession,
  TakenIn,
} from './store.ts';

export interface SnapshotConsumerOptions {
  readonly store: Pick<AggregationStore, 'takeSnapshots'>;
  readonly logger?: Logger;
  readonly metrics?: AggregationMetrics;
  /** Told when rows were marked to be regenerated: the fold need not wait for its next look. */
  readonly onRepair?: () => void;
  /** Told when days became eligible. */
  readonly onEligible?: () => void;
}

export function createSnapshotConsumer(options: SnapshotConsumerOptions): HandleBatch {
  const { store, logger = SILENT_LOGGER, metrics } = options;
  return async (batch) => {
    const { read, deadLetters } = readSnapshots(batch.messages);
    let damages: readonly Damage[] = [];
    const result = await store.takeSnapshots(batch, async (session) => {
      const taken = await takeIn(session, read);
      damages = taken.damages;
      return { counts: taken.counts, deadLetters: [...deadLetters, ...taken.deadLetters] };
    });
    if (result.status === 'fenced') return result;
    if (damages.length > 0) {
      metrics?.damagedPositions?.(damages.length);
      logger.warn('rows of positions are missing or disagree; they are regenerated', {
        positions: damages.length,
        from: isoDate(Math.min(...damages.map(({ fromDay }) => fromDay))),
        through: isoDate(Math.max(...damages.map(({ throughDay }) => throughDay))),
      });
      options.onRepair?.();
    }
    if (result.counts.accepted > 0) options.onEligible?.();
    return result;
  };
}

async function takeIn(
  session: SnapshotSession,
  read: readonly Read<PersistedSnapshot>[],
): Promise<TakenIn & { damages: readonly Damage[] }> {
  const counts = { accepted: 0, duplicate: 0, ignored: 0, fenced: 0 };
  const deadLetters: DeadLetter[] = [];
  const damages = new Map<string, Damage>();
  const days = new Map<string, PortfolioDay & { damaged: boolean }>();
  const found =
    read.length === 0
      ? []
      : await session.find(
          read.map(({ said }) => ({
            portfolioId: said.portfolio_id,
            securityId: said.security_id,
            day: said.date,
          })),
        );
  read.forEach(({ message, said }, index) => {
    const verdict = judge(said, found[index]!);
    if (verdict === 'fenced') {
      counts.fenced += 1;
      return;
    }
    if (verdict !== 'current') {
      deadLetters.push({ message, ...verdict });
      return;
    }
    counts.accepted += 1;
    const { portfolioNo, securityNo, agrees } = found[index]!;
    if (!agrees && portfolioNo !== null && securityNo !== null)
      widen(damages, portfolioNo, securityNo, said.date);
    const place = `${said.portfolio_id} ${said.date}`;
    const damaged = !agrees || (days.get(place)?.damaged ?? false);
    days.set(place, { portfolioId: said.portfolio_id, day: said.date, damaged });
  });
  if (damages.size > 0) await session.regenerate([...damages.values()]);
  if (days.size > 0) await session.makeEligible([...days.values()]);
  return { counts, deadLetters, damages: [...damages.values()] };
}

function judge(
  said: PersistedSnapshot,
  found: SnapshotFound,
): 'current' | 'fenced' | Pick<DeadLetter, 'code' | 'reason'> {
  const { keyEpoch, dayEpoch, horizon } = found;
  const key = `${said.security_id} in ${said.portfolio_id}`;
  if (keyEpoch === null) return { code: 'unknown_key', reason: `there is no position ${key}` };
  if (said.epoch > keyEpoch)
    return { code: 'unknown_epoch', reason: `${key} is at epoch ${keyEpoch}, not yet at ${said.epoch}` };
  if (said.epoch < keyEpoch && said.epoch !== dayEpoch) return 'fenced';
  if (horizon === null || said.date > horizon)
    return {
      code: 'unknown_day',
      reason: `${isoDate(said.date)} is after the last day of ${said.portfolio_id}`,
    };
  return 'current';
}

function widen(damages: Map<string, Damage>, portfolioNo: number, securityNo: number, day: Day): void {
  const key = `${portfolioNo}/${securityNo}`;
  const before = damages.get(key);
  damages.set(key, {
    portfolioNo,
    securityNo,
    fromDay: Math.min(before?.fromDay ?? day, day),
    throughDay: Math.max(before?.throughDay ?? day, day),
  });
}
