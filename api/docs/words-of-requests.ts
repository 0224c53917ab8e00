/** What operations do beyond their summary, by `operationId`, where they do not say so themselves. */

const BATCH =
  'One object, an array, or one object a line (`application/x-ndjson`), taken in this order; each item is recorded or refused on its own. ' +
  'What is recorded already with the same content is a `duplicate` and appends nothing, so that a request can be repeated. ' +
  'A single object that is refused is 422 (409 where it contradicts what is recorded); of several, the reply is 207 and names the outcome of each.';

const AMENDING = 'The fact stays in the log; days that were published change by a new epoch.';

const POSITIONS =
  'On the latest day unless `date` names one. Quantities and costs are those after all transactions of the day; values are at its close, or the last one before it.';

const EXPOSURES =
  'On the latest day unless `date` names one. Weights are shares of the value of the whole; concentration is by shares of long and short values without their signs.';

const DEFINITIONS = 'In the order of their ids. `known_at` reads them as they were defined then.';

export const WORDS_OF_REQUESTS: ReadonlyMap<string, string> = new Map([
  ['postPortfolios', `${BATCH}\n\nOf a portfolio that exists the settings given are changed.`],
  [
    'postSecurities',
    `${BATCH}\n\nOf a security that exists the details given are changed; its currency stays.`,
  ],
  [
    'postTransactions',
    `${BATCH}\n\nTransactions may come in any order. One of a published day is a restatement: readers see the new history in one step, the former stays readable by its epoch. ` +
      'Amounts are not signed; the type says what comes and what goes. `currency` and `gross_transaction_amount` are filled in where they are left out.',
  ],
  [
    'postPrices',
    `${BATCH}\n\nAnother price of a day replaces the one before; published days change by a new epoch.`,
  ],
  [
    'postFxRates',
    `${BATCH}\n\nOne unit of \`from_currency\` is \`rate\` units of \`to_currency\`. A pair is also read backwards and through another currency. A missing rate is never taken for 1.`,
  ],
  [
    'postSplits',
    `${BATCH}\n\nIt tells how prices of different days compare. What is held is multiplied by a transaction of type \`SPLIT\`.`,
  ],
  [
    'postBusinessDates',
    `${BATCH}\n\nRows exist for every day up to the latest business date, which is open; the days before it are published.`,
  ],
  ['postGroups', `${BATCH}\n\nA definition replaces the former one of its id.`],
  [
    'postBenchmarks',
    `${BATCH}\n\nA definition replaces the former one of its id. The weights add up to 1 exactly.`,
  ],
  [
    'postSeries',
    `${BATCH}\n\nA definition replaces the former one of its id; its values stay, and with them its kind and currency.`,
  ],
  [
    'postSeriesValues',
    `${BATCH}\n\nAnother value of a day replaces the one before. A rate holds until the next one.`,
  ],
  [
    'correctTransaction',
    `Only the fields that change are sent, with the reason. ${AMENDING} Portfolio and security cannot be corrected: cancel the transaction and record another.`,
  ],
  ['cancelTransaction', `It counts as if it had never happened. ${AMENDING}`],
  ['closePortfolio', 'Its history stays. Transactions after the date are refused.'],
  ['deleteGroup', 'Its id is free again; what it was can be read with `known_at`.'],
  ['deleteBenchmark', 'Its id is free again; what it was can be read with `known_at`.'],
  ['getPortfolios', 'In the order of their ids, those that the caller may know of.'],
  [
    'getPortfolio',
    'Settings, epoch and watermark. `blocked_days` are the first days that cannot be completed, `pending_transactions` wait for what they refer to, `quarantined` could not be folded.',
  ],
  ['getSecurities', 'In the order of their ids.'],
  ['getGroups', DEFINITIONS],
  ['getBenchmarks', DEFINITIONS],
  ['listSeries', DEFINITIONS],
  ['getGroup', 'Only where the caller may know of all of its portfolios.'],
  ['getBenchmark', 'Its components and weights. Levels and returns are at `…/timeseries`.'],
  ['getSeries', 'In the order of days, page by page.'],
  [
    'getBenchmarkTimeseries',
    'From the first day on which every component has a value. A day without one goes on at the last one before; weights are restored as the definition says.',
  ],
  ['getPortfolioExposures', EXPOSURES],
  ['getGroupExposures', EXPOSURES],
  ['getPortfolioPositions', POSITIONS],
  ['getGroupPositions', `${POSITIONS} The same security in several portfolios is one row.`],
  [
    'getPortfolioTransactions',
    'By day and time. Corrections are in the fields, cancelled and pending ones have their status.',
  ],
  [
    'getPortfolioPositionHistory',
    'One row after each transaction, in the order they count: what was held then, what it had cost, and what was realised by it.',
  ],
  [
    'getPortfolioPositionTimeseries',
    'Every calendar day from the first transaction on. `fx_rate` converts into base currency; the opening value of a day is the closing value of the day before.',
  ],
  [
    'getPortfolioEpochs',
    'Each row is a new version of the history of a position (`security_id`) or of the portfolio (null), from its first changed day on.',
  ],
  ['getRebuilds', 'Progress included. Those that ended stay on record.'],
  ['getRebuild', 'Ask again until `status` is no longer `running`.'],
  [
    'deleteRebuild',
    'It ends at its next step: follow it until its status says so. A rebuild that has ended stays as it is.',
  ],
  [
    'getGenerations',
    'There are two: one that readers see, and one that is empty, in the making, waiting for approval or kept for a rollback.',
  ],
  ['getKeys', 'What each may do, of which portfolios, until when, and when it was last used.'],
  ['postKeys', 'The token is in this reply and nowhere else: the server keeps a digest of it.'],
  [
    'rotateKey',
    'Name, scopes, portfolios and end stay; the old key is refused from now on. The new token is in this reply and nowhere else.',
  ],
  ['deleteKey', 'It stays in the list, marked as revoked. WebSocket connections with it end.'],
  ['getMarketSnapshots', 'One for each symbol of which a tick was ever taken.'],
  ['getMarketSnapshot', 'Of the newest tick that was taken. A tick without volume left the volume before.'],
  [
    'getMarketOhlc',
    'Open, high, low, close and volume, the oldest first. The bar that is still open is marked.',
  ],
  ['getMarketAnalytics', 'Of the last closed bar of five minutes and of the last trading day.'],
  ['getMarketIndicators', 'With the parameters of each, their bounds and defaults, and the outputs.'],
  [
    'postMarketAlerts',
    'The condition compares a price, a member of a bar or an indicator with a number or another of them: `price > 200`, `close crosses_below sma(50)`. It is raised when it becomes true, and again after it has been false.',
  ],
  ['getMarketAlerts', 'Page by page.'],
  ['getMarketAlert', 'As it is now; its secret is never shown.'],
  ['getMarketAlertsHistory', 'Page by page. A delivery that failed is tried again until it is given up.'],
  ['deleteMarketAlert', 'It raises nothing from now on.'],
  ['getMarketStats', 'Counted since the process started; the prices are those of the database.'],
  ['getHealthLive', 'Nothing is looked at: for a supervisor that restarts what does not answer.'],
  [
    'getHealthReady',
    '503 while something is missing, with what it is; why is told only where access is not controlled.',
  ],
  ['getHealth', '503 when the database does not answer.'],
  ['getMetrics', 'In the text format of Prometheus.'],
]);
