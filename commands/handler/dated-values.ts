/** Closing prices and exchange rates: many items of one security or pair become one event. */
import type { DatedValue } from '../../domain/events.ts';
import { streams } from '../../domain/events.ts';
import type { Decision } from '../deciders/decision.ts';
import type { KnownValues } from '../deciders/dated-values.ts';
import { changedValues, decideFxRates, decidePrices, valuesAfter } from '../deciders/dated-values.ts';
import type { RecordFxRate, RecordPrice } from '../schemas/market.ts';
import { alreadyDone, metadataOf, outcomeOf, requestKey, toAppend } from './appending.ts';
import { inOrder } from './in-order.ts';
import type { Request } from './request.ts';
import type { Outcome } from './results.ts';
import { mentionedSecurity, registerMentioned } from './securities.ts';

/** An item with its place in the request. */
export interface Placed<T> {
  readonly index: number;
  readonly command: T;
}

const GROUPS_AT_ONCE = 32;

/** Judges the items of one stream in order, each seeing the ones before it, and appends what is new. */
async function recordGroup<T>(
  request: Request,
  streamId: string,
  items: readonly Placed<T>[],
  decide: (command: T, known: KnownValues) => Decision,
  valueOf: (command: T) => DatedValue,
): Promise<Outcome[]> {
  const { log, clock } = request.dependencies;
  // The same request makes the same groups, so a group's first item stands for the whole of it.
  const done = await alreadyDone(log, request.context, items[0]!.index);
  if (done) return items.map(() => done);
  const stored = await log.readStream(streamId);
  const known = valuesAfter(stored);
  const now = new Map(known);
  const decisions = items.map(({ command }) => {
    const decision = decide(command, now);
    if (decision.ok) now.set(...valueOf(command));
    return decision;
  });
  const events = mergeEvents(decisions, known, now);
  const position = stored.at(-1)?.position;
  const repeated: Outcome = { ok: true, appended: false, ...(position ? { position } : {}) };
  if (!events) return decisions.map((decision) => (decision.ok ? repeated : decision));
  const idempotency = requestKey(request.context, items[0]!.index);
  const outcome = outcomeOf(
    await log.append({
      streamId,
      expected: 'any',
      events: [toAppend(events, metadataOf(request.context), clock())],
      ...(idempotency ? { idempotency } : {}),
    }),
  );
  if (outcome === 'retry')
    throw new Error('the log reported a version conflict for an append to any version');
  return decisions.map((decision) =>
    !decision.ok ? decision : decision.events.length === 0 ? repeated : outcome,
  );
}

/** One event with the last value of each date; `undefined` when nothing is new in the end. */
function mergeEvents(decisions: readonly Decision[], known: KnownValues, now: KnownValues) {
  const first = decisions.flatMap((decision) => (decision.ok ? decision.events : []))[0];
  const values = changedValues(now, known);
  if (!first || values.length === 0) return undefined;
  switch (first.type) {
    case 'PricesRecorded':
      return { type: first.type, data: { ...first.data, prices: values } };
    case 'FxRatesRecorded':
      return { type: first.type, data: { ...first.data, rates: values } };
    default:
      return undefined;
  }
}

/** Puts the outcomes of the groups back in the order of the items. */
export async function byGroup<T>(
  items: readonly Placed<T>[],
  groupOf: (command: T) => string,
  work: (group: readonly Placed<T>[]) => Promise<Outcome[]>,
): Promise<Outcome[]> {
  const groups = new Map<string, Placed<T>[]>();
  for (const item of items) {
    const name = groupOf(item.command);
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  const outcomes = new Map<Placed<T>, Outcome>();
  const results = inOrder(groups.values(), async (group) => ({ group, outcomes: await work(group) }), {
    keys: () => [],
    window: GROUPS_AT_ONCE,
  });
  for await (const result of results)
    result.group.forEach((item, i) => outcomes.set(item, result.outcomes[i]!));
  return items.map((item) => outcomes.get(item)!);
}

export function recordPrices(request: Request, items: readonly Placed<RecordPrice>[]): Promise<Outcome[]> {
  return byGroup(
    items,
    (command) => command.security_id,
    async (group) => {
      const securityId = group[0]!.command.security_id;
      const currency = group.find(({ command }) => command.currency !== undefined)?.command.currency;
      const mentioned = await mentionedSecurity(request, securityId, currency);
      if (!mentioned.ok) return group.map(() => mentioned);
      if (mentioned.isNew) await registerMentioned(request, mentioned.details);
      const security = await request.lookups.security(securityId);
      return recordGroup(
        request,
        streams.prices(securityId),
        group,
        ({ security_id, currency: named, date, price }, known) =>
          decidePrices(
            { security_id, ...(named === undefined ? {} : { currency: named }), prices: [[date, price]] },
            security,
            known,
          ),
        ({ date, price }) => [date, price],
      );
    },
  );
}

export function recordFxRates(request: Request, items: readonly Placed<RecordFxRate>[]): Promise<Outcome[]> {
  return byGroup(
    items,
    (command) => `${command.from_currency}/${command.to_currency}`,
    (group) => {
      const { from_currency, to_currency } = group[0]!.command;
      return recordGroup(
        request,
        streams.fx(from_currency, to_currency),
        group,
        ({ date, rate }, known) =>
          decideFxRates({ from_currency, to_currency, rates: [[date, rate]] }, known),
        ({ date, rate }) => [date, rate],
      );
    },
  );
}
