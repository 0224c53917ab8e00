/** Runs the examples of docs/clients.md with the tools they are for, where the machine has them. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pythonPath } from '../python/run.ts';
import { decimal, format } from '../../domain/decimal.ts';
import { createTestApi, givenBooks, transaction } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

const run = promisify(execFile);
const ADDRESS = 'http://127.0.0.1:8080';

type Language = 'python' | 'r' | 'sh' | 'sql duckdb';

interface Example {
  readonly language: Language;
  readonly code: string;
}

const PROGRAMS: Readonly<Record<Language, (code: string) => readonly [program: string, ...args: string[]]>> =
  {
    python: (code) => [pythonPath(), '-c', ended(code)],
    r: (code) => ['Rscript', '-e', code],
    sh: (code) => ['bash', '-euo', 'pipefail', '-c', code],
    'sql duckdb': (code) => [pythonPath(), '-c', ended(`import duckdb\nprint(duckdb.sql("""${code}"""))`)],
  };

/** What each example prints, in the order of the document; worked out by hand from the books of the tests. */
const PRINTS: readonly (string | RegExp)[] = [
  /^portfolio_id,.*\nPORT_001,/,
  "['PORT_001']",
  /2025-08-17\s+10106\.0/,
  'Decimal 10106',
  /^float64 0\.00\d+$/,
  'decimal128(38, 18) 13',
  /CASH_USD.*7[\s\S]*SEC_AAPL.*6/,
  '',
  /PORT_001.*2025-08-11.*10000\.0/,
  '',
  /PORT_001.*10106/,
  /2025-08-17\s+10106/,
  '[1] "10106.00"',
  '4',
  '14',
  '304',
];

function examplesOf(document: string): Example[] {
  return [...document.matchAll(/^```(python|r|sh|sql duckdb)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', code = '']) => ({ language: language as Language, code }),
  );
}

const document = await readFile(new URL('../../docs/clients.md', import.meta.url), 'utf8');
const examples = examplesOf(document);

let api: TestApi;
let server: Server;
let url: string;
let directory: string;

beforeAll(async () => {
  api = await createTestApi();
  await givenBooks(api);
  server = createServer((incoming, outgoing) => {
    void getRequestListener(api.fetch, { overrideGlobalObjects: false })(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  directory = await mkdtemp(join(tmpdir(), 'chronofolio-clients-'));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true, force: true });
  await api.close();
});

/** Without taking itself apart, in which threads of pyarrow's own sometimes end the process with an abort. */
function ended(code: string): string {
  return `${code}\nimport os, sys\nsys.stdout.flush()\nos._exit(0)\n`;
}

async function output(language: Language, code: string): Promise<string> {
  const [program, ...args] = PROGRAMS[language](code.replaceAll(ADDRESS, url));
  const { stdout } = await run(program, args, { cwd: directory, timeout: 60_000 });
  return stdout.trim();
}

const hasR = await run('Rscript', ['-e', '1']).then(
  () => true,
  () => false,
);

test('every example has its output here', () => {
  expect(examples.length).toBe(PRINTS.length);
  expect(new Set(examples.map(({ language }) => language)).size).toBe(4);
});

describe.each(examples.map((example, i) => ({ ...example, prints: PRINTS[i] ?? '', n: i + 1 })))(
  'example $n in $language',
  ({ language, code, prints }) => {
    test.skipIf(language === 'r' && !hasR)('prints what it should', async () => {
      const printed = await output(language, code);
      if (typeof prints === 'string') expect(printed).toBe(prints);
      else expect(printed).toMatch(prints);
    });
  },
);

/** Prints every decimal column of a stream of Arrow or of a Parquet file, as Python's own decimals have it. */
const DIGITS = `
import io, json, sys
from urllib.request import urlopen
import pyarrow as pa
import pyarrow.parquet as pq
for source in sys.argv[1:]:
    content = io.BytesIO(urlopen(source).read())
    table = pq.read_table(content) if "parquet" in source else pa.ipc.open_stream(content).read_all()
    rows = [
        {k: format(v.normalize(), "f") for k, v in row.items() if pa.types.is_decimal(table.schema.field(k).type) and v is not None}
        for row in table.to_pylist()
    ]
    print(json.dumps(rows))
`;

test('Python reads from Arrow and Parquet every digit of JSON', async () => {
  await api.given('/v1/transactions', [
    transaction('T9', 'BUY', '2025-08-16', {
      quantity: '0.123456789012345678',
      price: '9876543210.987654321',
    }),
  ]);
  const path = '/v1/exports/position-days?security_id=SEC_AAPL';
  const lines = (await (await api.get(`${path}&format=ndjson`)).text()).trimEnd().split('\n');
  const rows: Record<string, unknown>[] = JSON.parse(`[${lines.join(',')}]`);
  const exact = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([, value]) => typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
        .map(([name, value]) => [name, format(decimal(String(value)))]),
    ),
  );
  expect(exact.at(-1)?.['quantity']).toBe('6.123456789012345678');
  const formats = ['arrow', 'parquet'].map((name) => `${url}${path}&format=${name}`);
  const { stdout } = await run(pythonPath(), ['-c', ended(DIGITS), ...formats]);
  const [arrow, parquet] = stdout.trim().split('\n');
  expect(JSON.parse(arrow ?? '')).toEqual(exact);
  expect(JSON.parse(parquet ?? '')).toEqual(exact);
});
