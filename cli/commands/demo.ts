import { Command } from 'commander';
import { decimal } from '../../domain/decimal.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../domain/returns/model.ts';
import { restatement } from '../../projections/queries/restatements.ts';
import type { RestatementQuery, RestatementReport } from '../../projections/queries/restatements.ts';
import { integerArgument } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions, Session } from '../context.ts';
import { DEMO_DEFAULTS, generateDemo } from '../demo/generator.ts';
import type { DemoOptions } from '../demo/generator.ts';
import type { DemoData } from '../demo/bodies.ts';
import { lateTrade, postLateTrade } from '../demo/late-trade.ts';
import type { LateTrade } from '../demo/late-trade.ts';
import { isLoaded, loadDemo } from '../demo/load.ts';
import { nextSteps, yearByYear, yearTable } from '../demo/report.ts';
import { count, counted, figure, quantity, seconds } from '../output/format.ts';
import { restatementText } from '../output/restatement.ts';
import { valueOf } from '../reading.ts';
import { portfolioChart } from './performance.ts';

const DAYS_SHOWN = 10;

const EXAMPLES = `
Invents ten years of five portfolios (the same every time), imports and projects them, shows one of them
year by year, and then posts a trade that is six weeks late: what readers saw of those weeks is restated
in a new epoch. A second run finds all that in place and shows it again.

Examples:
  $ chronofolio demo
  $ chronofolio demo --home /tmp/big --years 20 --portfolios 50 --securities 200
  $ chronofolio demo --home /tmp/chronofolio-demo`;

type Options = GlobalOptions & Pick<DemoOptions, 'seed' | 'years' | 'portfolios' | 'securities'>;

/** The tour. */
export function demoCommand(context: CliContext): Command {
  return new Command('demo')
    .summary('ten years of invented portfolios, and a restatement')
    .description('Loads invented data into an empty log and shows what the program does with it.')
    .option('--years <n>', 'years of history', integerArgument('--years', 1), DEMO_DEFAULTS.years)
    .option('--portfolios <n>', 'portfolios', integerArgument('--portfolios', 1), DEMO_DEFAULTS.portfolios)
    .option('--securities <n>', 'securities', integerArgument('--securities', 1), DEMO_DEFAULTS.securities)
    .option('--seed <n>', 'another seed, another history', integerArgument('--seed', 0), DEMO_DEFAULTS.seed)
    .addHelpText('after', EXAMPLES)
    .action(async (_options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await withApp(context, options, (session) => tour(session, generateDemo(options)));
    });
}

async function tour(session: Session, data: DemoData): Promise<void> {
  const { app, json, terminal } = session;
  const say = (text: string): void => {
    if (!json) terminal.out(text);
  };
  const portfolioId = data.portfolios[0]?.portfolio_id ?? '';
  say(`${app.database.embedded ? 'Embedded ' : ''}${app.database.server}.`);
  await load(session, data, say);

  const report = await yearByYear(session, portfolioId, data.business_dates);
  say(
    `\n${portfolioId} "${data.portfolios[0]?.name ?? ''}", in ${report.currency}, through ${report.date ?? 'no day'}:\n`,
  );
  say(yearTable(report));
  const drawn = await portfolioChart(session, portfolioId, {}, DEFAULT_RETURN_OPTIONS);
  if (drawn !== '') say(`\n${drawn}`);

  const trade = await postLateTrade(session, lateTrade(data));
  say(`\n${tradeText(trade)}\n`);
  const changes = await changesOf(session, trade);
  say(restatementText(changes, DAYS_SHOWN));
  say(`\n${nextSteps(session, portfolioId)}`);
  if (json) session.result({ performance: report, late_trade: trade, restatement: changes }, () => '');
}

async function load(session: Session, data: DemoData, say: (text: string) => void): Promise<void> {
  const { app, progress } = session;
  const started = performance.now();
  const loaded = await isLoaded(session, data);
  const report = loaded ? undefined : await loadDemo(session, data);
  await app.projections.catchUp(progress.show);
  progress.stop();
  const elapsed = seconds((performance.now() - started) / 1000);
  const what = `${counted(data.portfolios.length, 'portfolio')}, ${counted(data.securities.length, 'security', 'securities')}, ${counted(data.transactions.length, 'transaction')} and ${counted(data.prices.length, 'price')} over ${counted(data.business_dates.length, 'business day')}`;
  say(
    report
      ? `Imported ${what} as ${counted(report.eventsAppended, 'event')} and projected them in ${elapsed}.`
      : `The demo is loaded already: ${what}.`,
  );
}

/** The effect of the trade: between two epochs when it has just come, else between what was known around it. */
async function changesOf({ app, config }: Session, trade: LateTrade): Promise<RestatementReport> {
  const { position, epochBefore, epochAfter } = trade;
  const compare: RestatementQuery['compare'] = trade.known
    ? { by: 'knowledge', from: { position: position - 1 }, to: { position } }
    : { by: 'epoch', from: epochBefore, to: epochAfter };
  const materiality = decimal(config.projection.materialityBps);
  const query = { compare, materiality, options: DEFAULT_RETURN_OPTIONS };
  return valueOf(await restatement(app.queries, trade.body.portfolio_id, query));
}

function tradeText({ body, known, position, epochBefore, epochAfter, milliseconds }: LateTrade): string {
  const what = `${body.transaction_type} ${quantity(body.quantity)} ${body.security_id} at ${figure(body.price)} ${body.currency} of ${body.transaction_date.slice(0, 10)}`;
  return known
    ? `The late trade is there from an earlier run: ${what}, event ${count(position)}; the portfolio went from epoch ${epochBefore} to ${epochAfter}.`
    : `A late trade comes in: ${what}.\nEvent ${count(position)}; readers saw all of its effect after ${milliseconds.toFixed(0)} ms; the portfolio went from epoch ${epochBefore} to ${epochAfter}.`;
}
