/** Which keys of a portfolio are folded again when one of them is: those tied to it, and the cash they move. */
import { cashSecurityId } from '../../domain/events.ts';
import { linkedGroups } from '../fold/plan.ts';
import { isDerivedCash, tiesOf } from '../fold/task.ts';
import type { PortfolioRecord, SecurityRecord } from '../register/model.ts';
import type { Facts } from '../replay/facts.ts';

export function keysAskedFor(
  facts: Pick<Facts, 'known' | 'transactionsOf'>,
  record: PortfolioRecord | undefined,
  securityId: string,
): ReadonlySet<string> {
  const security = facts.known.securities.get(securityId);
  if (!record || !security) return new Set([securityId]);
  const byNo = new Map<number, SecurityRecord>();
  for (const each of facts.known.securities.values()) byNo.set(each.securityNo, each);
  const isCash = (no: number) => byNo.get(no)!.details.type === 'cash';
  const links = facts
    .transactionsOf(record.portfolioNo)
    .flatMap(({ securityNo, targetNo }) =>
      targetNo === undefined
        ? []
        : [{ securityNo, targetNo, mixed: isCash(securityNo) !== isCash(targetNo) }],
    );
  const { settings } = record;
  const [group = []] = linkedGroups([security.securityNo], tiesOf(settings.cash, links));
  const keys = group.map((no) => byNo.get(no)!.details);
  const reached = new Set(keys.map(({ security_id: id }) => id));
  if (settings.cash !== 'derived') return reached;
  for (const { security_id: id, currency } of keys)
    if (!isDerivedCash(settings, { securityId: id, currency })) reached.add(cashSecurityId(currency));
  return reached;
}
