/** The read side over the tables of the active generation. */
import type { Database, Queryable } from '../database/database.ts';
import type { ReadModel, ReadModels } from '../../projections/queries/read-model.ts';
import { loadBook } from './books.ts';
import { loadCashflows, loadPortfolioDays, loadPositionDays } from './days.ts';
import { loadEpochs } from './epochs.ts';
import { loadHeldSecurities, loadPositionGains, loadUnmatchedMovements } from './gains.ts';
import { loadFxDigest, loadGroupDays, loadMemberSnapshots, loadMovements } from './groups.ts';
import { loadBlockedDays, loadPending, loadQuarantined } from './obstacles.ts';
import { loadMembers, loadPortfolio, loadPortfolios, loadRestatedFrom, loadVersion } from './portfolios.ts';
import { loadHistory, loadSecuritiesOf, loadSecurityCurrency, loadSnapshots } from './positions.ts';
import { loadFxRates } from './rates.ts';
import { loadKeptFrom, loadPositionFigures, loadRealizedGains, onRetained } from './restatements.ts';
import { loadSecurities } from './securities.ts';
import { loadSegmentDays } from './segments.ts';
import { loadTransactions } from './transactions.ts';

/** A read model over one transaction, or over any connection whose search_path is on a generation. */
export function tableReadModel(db: Queryable): ReadModel {
  return {
    version: () => loadVersion(db),
    portfolios: (page) => loadPortfolios(db, page),
    portfolio: (portfolioId) => loadPortfolio(db, portfolioId),
    members: (portfolioIds) => loadMembers(db, portfolioIds),
    restatedFrom: (since) => loadRestatedFrom(db, since),
    groupDays: (portfolioIds, range) => loadGroupDays(db, portfolioIds, range),
    movements: (portfolioIds, range) => loadMovements(db, portfolioIds, range),
    memberSnapshots: (portfolioIds, date) => loadMemberSnapshots(db, portfolioIds, date),
    fxDigest: (currencies) => loadFxDigest(db, currencies),
    securities: (page, heldBy) => loadSecurities(db, page, heldBy),
    securityCurrency: (securityId) => loadSecurityCurrency(db, securityId),
    securitiesOf: (portfolioId) => loadSecuritiesOf(db, portfolioId),
    blockedDays: (portfolioIds, limit) => loadBlockedDays(db, portfolioIds, limit),
    pendingTransactions: (portfolioId) => loadPending(db, portfolioId),
    quarantined: (portfolioId) => loadQuarantined(db, portfolioId),
    snapshots: (portfolioId, date) => loadSnapshots(db, portfolioId, date),
    history: (portfolioId, securityId, page) => loadHistory(db, portfolioId, securityId, page),
    positionDays: (portfolioId, securityId, range, page) =>
      loadPositionDays(db, portfolioId, securityId, range, page),
    portfolioDays: (portfolioId, range) => loadPortfolioDays(db, portfolioId, range),
    cashflows: (portfolioId, range, page) => loadCashflows(db, portfolioId, range, page),
    transactions: (portfolioId, filter, page) => loadTransactions(db, portfolioId, filter, page),
    epochs: (portfolioId, filter, page) => loadEpochs(db, portfolioId, filter, page),
    keptFrom: (portfolioId) => loadKeptFrom(db, portfolioId),
    realizedGains: (portfolioId, epoch) => loadRealizedGains(db, portfolioId, epoch),
    positionFigures: (portfolioId, securityIds, range) =>
      loadPositionFigures(db, portfolioId, securityIds, range),
    retained: (work) => onRetained(db, () => work(tableReadModel(db))),
    book: (portfolio, securityId) => loadBook(db, portfolio, securityId),
    fxRates: (currencies, to) => loadFxRates(db, currencies, to),
    positionGains: (portfolioIds, days) => loadPositionGains(db, portfolioIds, days),
    unmatchedMovements: (portfolioIds, range) => loadUnmatchedMovements(db, portfolioIds, range),
    heldSecurities: (portfolioIds) => loadHeldSecurities(db, portfolioIds),
    segmentDays: (members, days, currencyGains) => loadSegmentDays(db, members, days, currencyGains),
  };
}

/**
 * Reads run in one REPEATABLE READ transaction each, so that a flip between two statements cannot mix
 * two versions of history in one reply. `activeDatabase` is asked once per read.
 */
export function createReadModels(activeDatabase: () => Promise<Database>, at?: ReadModels['at']): ReadModels {
  return {
    current: async (work) =>
      (await activeDatabase()).transaction((tx) => work(tableReadModel(tx)), {
        isolation: 'repeatable read',
        readOnly: true,
      }),
    ...(at === undefined ? {} : { at }),
  };
}
