/** Whether a security was known at a position, where a portfolio's own facts do not tell. */
import { streams } from '../../domain/events.ts';
import type { EventLog } from '../../domain/log.ts';
import type { ReadModels } from '../queries/read-model.ts';
import { emptyKnown } from '../register/drive.ts';
import { createRegister } from '../register/register.ts';

const MENTIONING = [
  'PortfolioOpened',
  'PortfolioSettingsChanged',
  'TransactionRecorded',
  'TransactionCorrected',
];
const PAGE = 2_000;

/**
 * The currency of a security that was not registered by the position and that the portfolio asked for
 * never held: by its closes, or, as cash that the books of others derived, by walking through their
 * transactions up to the first that mentions it.
 */
export async function currencyElsewhere(
  log: Pick<EventLog, 'readFeed'>,
  tables: ReadModels['current'],
  upTo: number,
  securityId: string,
): Promise<string | undefined> {
  const [closes] = await log.readFeed(0, 1, { streamId: streams.prices(securityId), upTo });
  if (closes?.type === 'PricesRecorded') return closes.data.currency;
  const isUnknown = await tables(
    async (model) =>
      (await model.securityCurrency(securityId)) === undefined && (await model.version()).position >= upTo,
  );
  if (isUnknown) return undefined;
  const known = emptyKnown();
  const register = createRegister(known);
  for (let position = 0; position < upTo;) {
    const events = await log.readFeed(position, PAGE, { types: MENTIONING, upTo });
    for (const event of events) register.apply(event);
    register.drain();
    const found = known.securities.get(securityId);
    if (found) return found.details.currency;
    if (events.length < PAGE) return undefined;
    position = events.at(-1)!.position;
  }
  return undefined;
}
