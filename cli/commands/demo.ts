import { Command } from 'commander';
import { decimal } from '../../domain/decimal.ts';
import { DEFAULT_RETURN_OPTIONS } from '../../domain/returns/model.ts';
import { restatement } from '../../projections/queries/restatements.ts';
import type { RestatementReport } from '../../projections/queries/restatements.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions, Session } from '../context.ts';
import { generateDemo } from '../demo/generator.ts';
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
  $ chronofolio demo --home /tmp/chronofolio-demo`;

/** The tour. */
export function demoCommand(context: CliContext): Command {
  return new Command('demo')
    .summary('ten years of invented portfolios, and a restatement')
    .description('Loads invented data into an empty log and shows what the program does with it.')
    .addHelpText('after', EXAMPLES)
    .action(async (_options: GlobalOptions, command: Command) => {
      await withApp(context, command.optsWithGlobals<GlobalOptions>(), tour);
    });
}

async function tour(session: Session): Promise<void> {
  const { app, json, terminal } = session;
  const say = (text: string): void => {
    if (!json) terminal.out(text);
  };
  const data = generateDemo();
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

function changesOf({ app, config }: Session, trade: LateTrade): Promise<RestatementReport> {
  const compare = { by: 'epoch', from: trade.epochBefore, to: trade.epochAfter } as const;
  const materiality = decimal(config.projection.materialityBps);
  const query = { compare, materiality, options: DEFAULT_RETURN_OPTIONS };
  return restatement(app.queries.reader, trade.body.portfolio_id, query).then(valueOf);
}

function tradeText({ body, known, position, epochBefore, epochAfter, milliseconds }: LateTrade): string {
  const what = `${body.transaction_type} ${quantity(body.quantity)} ${body.security_id} at ${figure(body.price)} ${body.currency} of ${body.transaction_date.slice(0, 10)}`;
  return known
    ? `The late trade is there from an earlier run: ${what}, event ${count(position)}; the portfolio went from epoch ${epochBefore} to ${epochAfter}.`
    : `A late trade comes in: ${what}.\nEvent ${count(position)}; readers saw all of its effect after ${milliseconds.toFixed(0)} ms; the portfolio went from epoch ${epochBefore} to ${epochAfter}.`;
}
