/** Two portfolios, a principal that may know of one of them, and every route of the document asked by it. */
import { createCommandHandler } from '../../commands/handler/handler.ts';
import { openDatabase } from '../../infra/database/database.ts';
import { createPostgresEventLog } from '../../infra/event-store/postgres-event-log.ts';
import { createExportModels } from '../../infra/read-model/export.ts';
import { createReadModels } from '../../infra/read-model/read-models.ts';
import { createQueries } from '../../projections/queries/queries.ts';
import { createKnownAt } from '../../projections/replay/known-at.ts';
import { openAccess } from './access.ts';
import type { TestAccess } from './access.ts';
import { bodyOf, createTestApi, transaction } from './api.ts';
import type { TestApi } from './api.ts';

/** Of one length, so that a name takes as many bytes as another. */
export const OWN = 'PORT_OWN';
export const HIDDEN = 'PORT_HID';
export const MISSING = 'PORT_NON';

export interface IsolationStage {
  readonly api: TestApi;
  readonly access: TestAccess;
  /** Of the principal of `OWN`, with every scope. */
  readonly limited: Record<string, string>;
  /** Of one of all portfolios. */
  readonly full: Record<string, string>;
  /** Statements sent to the database for requests since the last call. */
  statements(): number;
  /** Posts as the principal of all portfolios, and has it projected. */
  given(path: string, body: unknown): Promise<void>;
  operations(): Promise<readonly Operation[]>;
  close(): Promise<void>;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  /** Of the query, those that it must have. */
  readonly required: readonly string[];
  readonly security: readonly Record<string, readonly string[]>[];
}

export async function openIsolation(): Promise<IsolationStage> {
  let count = 0;
  let access: TestAccess | undefined;
  let closeCounted = async (): Promise<void> => undefined;
  const api = await createTestApi(async (test) => {
    access = openAccess(test.database, { rememberMs: 3_600_000 });
    const counted = openDatabase({
      url: test.url,
      maxConnections: 4,
      searchPath: 'gen_a,public',
      onQuery: () => {
        count += 1;
      },
    });
    const log = createPostgresEventLog({ database: counted });
    closeCounted = async () => {
      await log.close();
      await counted.close();
    };
    const active = async () => counted;
    const knownAt = createKnownAt(log, { current: createReadModels(active).current });
    return {
      access: access.access,
      keys: access.keys,
      queries: createQueries(createReadModels(active, knownAt), log),
      exports: { models: createExportModels(active) },
      commands: createCommandHandler({
        log,
        clock: () => `${new Date().toISOString().slice(0, 23)}000Z`,
        linkedSecurities: async () => [],
      }),
    };
  });
  const full = await access!.headers();
  const limited = await access!.headers({ portfolio_ids: [OWN] });
  const stage: IsolationStage = {
    api,
    access: access!,
    full,
    limited,
    statements() {
      const since = count;
      count = 0;
      return since;
    },
    async given(path, body) {
      const reply = await api.post(path, body, full);
      if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
      await api.project();
    },
    operations: () => operationsOf(api),
    async close() {
      await access!.close();
      await closeCounted();
      await api.close();
    },
  };
  await givenTwoPortfolios(stage);
  return stage;
}

async function operationsOf(api: TestApi): Promise<Operation[]> {
  const { paths } = await bodyOf<{ paths: Record<string, Record<string, DocumentOperation>> }>(
    api.get('/openapi.json'),
  );
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { parameters = [], security = [] }]) => ({
      method: method.toUpperCase(),
      path,
      security,
      required: parameters
        .filter((one) => one.in === 'query' && one.required === true)
        .map(({ name }) => name),
    })),
  );
}

interface DocumentOperation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly security?: readonly Record<string, readonly string[]>[];
}

async function givenTwoPortfolios({ given }: IsolationStage): Promise<void> {
  await given('/v1/securities', [
    { security_id: 'SEC_A', currency: 'USD', type: 'equity' },
    { security_id: 'SEC_B', currency: 'USD', type: 'equity' },
  ]);
  await given(
    '/v1/portfolios',
    [OWN, HIDDEN].map((portfolio_id) => ({ portfolio_id, base_currency: 'USD' })),
  );
  await given('/v1/transactions', [...tradesOf(OWN, 'OWN', 'SEC_A'), ...tradesOf(HIDDEN, 'HID', 'SEC_B')]);
  const days = [12, 13, 14, 15, 16, 17];
  await given(
    '/v1/prices',
    days.flatMap((date, i) =>
      ['SEC_A', 'SEC_B'].map((security_id) => ({
        security_id,
        date: `2025-08-${date}`,
        price: String(150 + i * 2),
      })),
    ),
  );
  await given('/v1/business-dates', { date: '2025-08-17' });
  // Restatements of both, so that there is something to tell of.
  await given('/v1/transactions', [late(OWN, 'OWN', 'SEC_A'), late(HIDDEN, 'HID', 'SEC_B')]);
}

function tradesOf(portfolio_id: string, name: string, security_id: string) {
  return [
    transaction(`T_${name}_1`, 'DEPOSIT', '2025-08-11', {
      portfolio_id,
      security_id: 'CASH_USD',
      gross_transaction_amount: '10000',
    }),
    transaction(`T_${name}_2`, 'BUY', '2025-08-12', {
      portfolio_id,
      security_id,
      quantity: '10',
      price: '150',
    }),
  ];
}

function late(portfolio_id: string, name: string, security_id: string) {
  return transaction(`T_${name}_3`, 'BUY', '2025-08-13', {
    portfolio_id,
    security_id,
    quantity: '1',
    price: '151',
  });
}

/** What a caller can see of a reply: status, headers and body, without what is made anew for each. */
export interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const MADE_ANEW = new Set(['x-request-id', 'date']);

/** @param names in whose place `?` stands */
export async function seen(reply: Response, names: readonly string[] = []): Promise<Seen> {
  const id = reply.headers.get('X-Request-Id') ?? '';
  const plain = (text: string) =>
    [id, ...names].reduce((left, name) => (name === '' ? left : left.replaceAll(name, '?')), text);
  const headers = [...reply.headers].filter(([name]) => !MADE_ANEW.has(name));
  return {
    status: reply.status,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, plain(value)])),
    body: plain(await reply.text()),
  };
}
