/** Brings the demo into an empty log, as an import of files would. */
import { planImport } from '../../commands/import/plan.ts';
import type { ImportReport, ImportSource } from '../../commands/import/types.ts';
import type { ImportCommand } from '../../commands/import/kinds.ts';
import type { Session } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CliFailure } from '../failure.ts';
import { importProgress } from '../output/import-progress.ts';
import { problemsText } from '../output/import-report.ts';
import type { DemoData } from './bodies.ts';

/** Lines that go together in one chunk: few enough to stay small, many enough not to matter. */
const LINES = 500;

function* ndjson(bodies: readonly object[]): Generator<string> {
  for (let i = 0; i < bodies.length; i += LINES) {
    yield bodies
      .slice(i, i + LINES)
      .map((body) => `${JSON.stringify(body)}\n`)
      .join('');
  }
}

/** The demo as what an import reads, one source for each kind of command. */
export function demoSources(data: DemoData): ImportSource[] {
  const source = (command: ImportCommand, bodies: readonly object[]): ImportSource => ({
    name: `demo/${command}.ndjson`,
    kind: 'ndjson',
    command,
    read: () => ndjson(bodies),
  });
  return [
    source('portfolios', data.portfolios),
    source('securities', data.securities),
    source('splits', data.splits),
    source('fx-rates', data.fx_rates),
    source('prices', data.prices),
    source('transactions', data.transactions),
    source('business-dates', data.business_dates),
  ];
}

/** Whether this demo is in the log. It came as a whole, so that one of its facts stands for all. */
export async function isLoaded({ app }: Pick<Session, 'app'>, data: DemoData): Promise<boolean> {
  const first = data.transactions[0];
  return first !== undefined && (await app.log.findKey(`transaction:${first.transaction_id}`)) !== undefined;
}

/** Imports the demo. Throws `CliFailure` when the log holds something else. */
export async function loadDemo({ app, progress }: Session, data: DemoData): Promise<ImportReport> {
  const head = await app.log.head();
  if (head > 0)
    throw new CliFailure(
      EXIT.usage,
      `the log holds ${head} events that are not the demo's; choose an empty one, such as --home .chronofolio-demo`,
    );
  const plan = await planImport(demoSources(data), {
    log: app.log,
    clock: app.now,
    metadata: { source: 'import', actor: 'demo' },
    onProgress: importProgress(progress),
  });
  const report = await plan.apply();
  progress.stop();
  if (!report.committed)
    throw new CliFailure(
      EXIT.failure,
      `the demo was refused: ${problemsText(report.problems.slice(0, 1), 1)}`,
    );
  return report;
}
