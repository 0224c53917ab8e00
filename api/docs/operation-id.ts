/** Names of operations, made from method and path: they stay as long as these do. */

/** Last segments of a path that say what is done to the thing before. */
const ACTIONS = new Set(['approve', 'cancel', 'close', 'correct', 'retry', 'revoke', 'rotate', 'skip']);

/** Where a list would be called like one of its things. */
const NAMES: Readonly<Record<string, string>> = { 'get /v1/series': 'listSeries' };

/** The same in singular and plural. */
const UNCOUNTED = new Set(['series', 'timeseries', 'analytics', 'ohlc', 'data', 'status']);

/**
 * `getPortfolioPositionLots` of `GET /v1/portfolios/{portfolio_id}/positions/{security_id}/lots`,
 * `correctTransaction` of `POST /v1/transactions/{transaction_id}/correct`. What is of the market has its
 * word in front, as some of its paths are called like others of the books.
 */
export function operationId(method: string, path: string): string {
  const given = NAMES[`${method} ${path}`];
  if (given !== undefined) return given;
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== 'v1');
  const market = segments[0] === 'api' || segments[0] === 'analytics';
  if (segments[0] === 'api') segments.shift();
  const last = segments.at(-1) ?? '';
  const action = method === 'post' && segments.length > 1 && ACTIONS.has(last);
  if (action) segments.pop();
  return camelCase([action ? last : method, ...(market ? ['market'] : []), ...wordsOf(segments)]);
}

/** A collection with the name of one of its things behind is that thing. */
function wordsOf(segments: readonly string[]): string[] {
  return segments.flatMap((segment, index) => {
    if (segment.startsWith('{')) return [];
    const named = segments[index + 1]?.startsWith('{') ?? false;
    return named ? [singular(segment)] : [segment];
  });
}

function singular(word: string): string {
  if (UNCOUNTED.has(word)) return word;
  return word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.replace(/s$/, '');
}

function camelCase(words: readonly string[]): string {
  const parts = words.flatMap((word) => word.split(/[-_.]/)).filter((part) => part !== '');
  return parts.map((part, i) => (i === 0 ? part : part[0]!.toUpperCase() + part.slice(1))).join('');
}
