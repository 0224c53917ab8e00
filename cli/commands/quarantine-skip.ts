import { Command } from 'commander';
import { findRecorded } from '../../commands/handler/ownership.ts';
import { rawItems } from '../../commands/handler/types.ts';
import { onePortfolio } from '../../projections/queries/portfolios.ts';
import type { App } from '../app.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CliFailure, badInput } from '../failure.ts';
import { valueOf } from '../reading.ts';

const EXAMPLES = `
The transaction is cancelled in the log, as any other cancellation: it stays there, with your reason, and
no longer counts. Without a transaction the one is taken that the fold stopped at, where that is known.

Examples:
  $ chronofolio quarantine skip PORT_001 SEC_NORVANE --reason "sent twice, the second time damaged"
  $ chronofolio quarantine skip PORT_001 SEC_NORVANE TXN_17 --reason "never happened"`;

interface SkipOptions extends GlobalOptions {
  readonly reason: string;
}

interface Skipped {
  readonly portfolioId: string;
  readonly securityId: string;
  readonly transactionId: string;
}

/** Cancels what a key's fold stops at, and has the key folded again. */
export function skipCommand(context: CliContext): Command {
  return new Command('skip')
    .description('Cancels the transaction that keeps a position apart, and folds the position again.')
    .argument('<portfolio>', 'portfolio id')
    .argument('<security>', 'security id')
    .argument('[transaction]', 'transaction id; the one that the fold stopped at unless given')
    .requiredOption('--reason <text>', 'why it shall not count; kept in the log with the cancellation')
    .addHelpText('after', EXAMPLES)
    .action(
      async (
        portfolioId: string,
        securityId: string,
        given: string | undefined,
        _options: SkipOptions,
        command: Command,
      ) => {
        const options = command.optsWithGlobals<SkipOptions>();
        await withApp(context, options, async ({ app, progress, result }) => {
          const transactionId = await transactionToSkip(app, portfolioId, securityId, given);
          await cancel(app, { portfolioId, securityId, transactionId }, options.reason);
          await app.projections.catchUp(progress.show);
          await app.projections.rebuild({ portfolioId, securityId }, progress.show);
          progress.stop();
          const left = await quarantinedOf(app, portfolioId, securityId);
          const folded = left.length === 0;
          result({ skipped: transactionId, folded, quarantined: left }, () =>
            folded
              ? `${transactionId} is cancelled, and ${securityId} of ${portfolioId} is folded again.`
              : `${transactionId} is cancelled, and ${securityId} of ${portfolioId} is still kept apart: ${left[0]!.reason}`,
          );
          return folded ? EXIT.ok : EXIT.failure;
        });
      },
    );
}

async function quarantinedOf(app: App, portfolioId: string, securityId: string) {
  const { quarantined } = valueOf(await onePortfolio(app.queries.reader, portfolioId));
  return quarantined.filter((entry) => entry.security_id === securityId);
}

async function transactionToSkip(
  app: App,
  portfolioId: string,
  securityId: string,
  given: string | undefined,
): Promise<string> {
  const entries = await quarantinedOf(app, portfolioId, securityId);
  const [entry] = entries;
  if (!entry) throw badInput(`${securityId} of ${portfolioId} is not kept apart: there is nothing to skip`);
  const transactionId = given ?? entries.find((each) => each.transaction_id !== null)?.transaction_id;
  if (transactionId === undefined || transactionId === null)
    throw badInput(
      `it is not known which transaction ${securityId} of ${portfolioId} is kept apart by (${entry.reason}): name it, or try again with quarantine retry`,
    );
  const recorded = await findRecorded(app.log, {}, transactionId);
  if (recorded?.portfolio_id !== portfolioId)
    throw badInput(`${portfolioId} has no transaction ${transactionId} in the log`);
  return transactionId;
}

async function cancel(app: App, { transactionId }: Skipped, reason: string): Promise<void> {
  // What it leaves without enough to dispose of becomes pending: an operator has decided.
  const { results } = await app.commands.run(
    'cancellations',
    rawItems([{ transaction_id: transactionId, reason }]),
    { source: 'cli', pending: 'unchecked' },
  );
  const outcome = results[0];
  if (!outcome) throw new CliFailure(EXIT.failure, 'the command was not answered');
  // Cancelled before, and the key was not folded since: that is what is wanted.
  if (outcome.status === 'rejected' && outcome.error?.code !== 'cancelled')
    throw badInput(outcome.error?.message ?? `the cancellation of ${transactionId} was refused`);
}
