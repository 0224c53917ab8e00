/** Changes to a key whose effect on its other transactions has to be looked at first. */
import type { PortfolioSettings, TransactionFields } from '../../domain/events.ts';
import { streams } from '../../domain/events.ts';
import { cannotApply, newlyPending } from '../deciders/appliable.ts';
import type { Decision } from '../deciders/decision.ts';
import type { KeyState } from '../deciders/transactions.ts';
import { keyAfter, standing } from '../deciders/transactions.ts';
import { BUSY, MAX_ATTEMPTS, metadataOf, outcomeOf, toAppend } from './appending.ts';
import { detailsOf } from './keys.ts';
import type { Request } from './request.ts';
import type { Outcome } from './results.ts';

export interface KeyChange {
  readonly portfolio: PortfolioSettings;
  readonly securityId: string;
  readonly transactionId: string;
  /** The security a reorganisation delivers. */
  readonly target?: string;
  readonly decide: (state: KeyState) => Decision;
  /** Appends what the change stands on; `false` when that has become impossible. */
  readonly beforeAppend?: () => Promise<boolean>;
  readonly idempotency?: { readonly key: string; readonly fingerprint: string };
}

async function othersOf(request: Request, change: KeyChange): Promise<TransactionFields[]> {
  const { portfolio_id } = change.portfolio;
  const own = change.target === undefined ? [change.securityId] : [change.securityId, change.target];
  const linked = await request.links.around(portfolio_id, own);
  const keys = await Promise.all(linked.map((securityId) => request.loadKey(portfolio_id, securityId)));
  return keys.flatMap((key) => standing(key.state));
}

/**
 * Decides on the key as it stands, folds its books with and without the change, and appends to exactly
 * the version looked at: a sale and another of the same lots cannot both win. Keys linked to it by
 * reorganisations are looked at too, but not locked: what they do meanwhile can only make pending.
 */
export async function changeKey(request: Request, change: KeyChange): Promise<Outcome> {
  const { log, clock } = request.dependencies;
  const { portfolio, securityId, transactionId } = change;
  const policy = request.context.pending ?? 'refuse';
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const key = await request.loadKey(portfolio.portfolio_id, securityId);
    const decision = change.decide(key.state);
    if (!decision.ok) return decision;
    if (decision.events.length === 0) return repeated(request, change, key.position);

    let pending = false;
    if (policy !== 'unchecked') {
      const others = await othersOf(request, change);
      const before = [...standing(key.state), ...others];
      const after = [...standing(keyAfter(decision.events, key.state)), ...others];
      const securities = await detailsOf(request.lookups, new Set(after.map((each) => each.security_id)));
      const unappliable = newlyPending({ portfolio, securities }, before, after);
      if (unappliable.length > 0 && policy === 'refuse') return cannotApply(unappliable, transactionId);
      pending = unappliable.some((each) => each.transactionId === transactionId);
    }

    if (change.beforeAppend && !(await change.beforeAppend())) return BUSY;
    const transactionDate = key.state.get(transactionId)?.fields.transaction_date;
    const outcome = outcomeOf(
      await log.append({
        streamId: streams.transactions(portfolio.portfolio_id, securityId),
        expected: key.version === 0 ? 'none' : key.version,
        events: decision.events.map((event) =>
          toAppend(event, metadataOf(request.context), clock(), transactionDate),
        ),
        ...(change.idempotency ? { idempotency: change.idempotency } : {}),
      }),
    );
    if (outcome === 'retry') continue;
    return outcome.ok && outcome.appended ? { ...outcome, pending } : outcome;
  }
  return BUSY;
}

/** A repeat: where the first append went, else the state that already says so. */
async function repeated(request: Request, change: KeyChange, position: number): Promise<Outcome> {
  const first = change.idempotency && (await request.dependencies.log.findKey(change.idempotency.key));
  return { ok: true, appended: false, position: first?.firstPosition ?? position };
}
