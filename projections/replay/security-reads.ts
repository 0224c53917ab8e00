/** Securities of a replay, as the tables would have them. */
import type { SecurityDetails } from '../../domain/events.ts';
import type { ReadModel } from '../queries/read-model.ts';
import type { SecurityReads, SecurityRow } from '../queries/security-reads.ts';

export function replayedSecurityReads(
  all: () => Promise<readonly SecurityDetails[]>,
  securitiesOf: ReadModel['securitiesOf'],
): SecurityReads {
  return {
    async securities({ after, limit }, heldBy) {
      const held = heldBy && new Set((await Promise.all(heldBy.map(securitiesOf))).flat());
      return [...(await all())]
        .filter(({ security_id: id }) => (after === undefined || id > after) && (held?.has(id) ?? true))
        .sort((a, b) => (a.security_id < b.security_id ? -1 : 1))
        .slice(0, limit)
        .map(securityRow);
    },
  };
}

function securityRow(details: SecurityDetails): SecurityRow {
  const { security_id, currency, type } = details;
  const {
    name = null,
    isin = null,
    symbol = null,
    asset_class = null,
    sector = null,
    country = null,
  } = details;
  return { security_id, name, currency, type, isin, symbol, asset_class, sector, country };
}
