import { Command } from 'commander';
import { onePortfolio } from '../../projections/queries/portfolios.ts';
import type { PortfolioDetails } from '../../projections/queries/portfolios.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { counted } from '../output/format.ts';
import { table } from '../output/table.ts';
import { allPortfolios } from '../portfolios.ts';
import { valueOf } from '../reading.ts';
import { skipCommand } from './quarantine-skip.ts';

/** Events that belong to no portfolio are named up to so many. */
const MOST_REJECTED = 1_000;

const EXAMPLES = `
An event that cannot be applied keeps only its own key waiting; everything else goes on.

Examples:
  $ chronofolio quarantine list
  $ chronofolio quarantine retry PORT_001 SEC_NORVANE
  $ chronofolio quarantine skip PORT_001 SEC_NORVANE --reason "sent twice"`;

/** Keys that wait for an operator. */
export function quarantineCommand(context: CliContext): Command {
  return new Command('quarantine')
    .summary('keys that wait because an event cannot be applied')
    .description('Lists the keys that are kept apart, and lets them try again, or without what keeps them.')
    .addHelpText('after', EXAMPLES)
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(retryCommand(context))
    .addCommand(skipCommand(context));
}

type KeptApart = PortfolioDetails['quarantined'][number] & { readonly portfolio_id: string | null };

function listCommand(context: CliContext): Command {
  return new Command('list')
    .description('Lists what is kept apart, and why.')
    .action(async (_options: GlobalOptions, command: Command) => {
      await withApp(context, command.optsWithGlobals<GlobalOptions>(), async ({ app, result }) => {
        const kept: KeptApart[] = [];
        for (const { portfolio_id: portfolioId } of await allPortfolios(app)) {
          const { quarantined } = valueOf(await onePortfolio(app.queries.reader, portfolioId));
          kept.push(...quarantined.map((entry) => ({ portfolio_id: portfolioId, ...entry })));
        }
        for (const rejected of await app.projections.rejected(MOST_REJECTED))
          kept.push({ portfolio_id: null, security_id: null, transaction_id: null, ...rejected });
        const { quarantinedKeys } = await app.projections.status();
        result({ quarantined_keys: quarantinedKeys, quarantined: kept }, () =>
          kept.length === 0
            ? 'Nothing is kept apart.'
            : table(
                [
                  { title: 'portfolio' },
                  { title: 'security' },
                  { title: 'event', align: 'right' },
                  { title: 'transaction' },
                  { title: 'reason' },
                ],
                kept.map((row) => [
                  row.portfolio_id ?? '–',
                  row.security_id ?? '–',
                  String(row.position),
                  row.transaction_id ?? '–',
                  row.reason,
                ]),
              ),
        );
      });
    });
}

function retryCommand(context: CliContext): Command {
  return new Command('retry')
    .description('Folds the keys of a portfolio again, or one of them.')
    .argument('<portfolio>', 'portfolio id')
    .argument('[security]', 'security id')
    .action(
      async (
        portfolioId: string,
        securityId: string | undefined,
        _options: GlobalOptions,
        command: Command,
      ) => {
        const scope = { portfolioId, ...(securityId === undefined ? {} : { securityId }) };
        await withApp(
          context,
          command.optsWithGlobals<GlobalOptions>(),
          async ({ app, progress, result }) => {
            valueOf(await onePortfolio(app.queries.reader, portfolioId));
            const { keys } = await app.projections.rebuild(scope, progress.show);
            progress.stop();
            const { quarantined } = valueOf(await onePortfolio(app.queries.reader, portfolioId));
            const still = quarantined.some(
              ({ security_id: id }) => securityId === undefined || id === securityId,
            );
            const { quarantinedKeys } = await app.projections.status();
            result(
              { retried: keys, quarantined_keys: quarantinedKeys },
              () =>
                `${counted(keys, 'key')} folded again; ${counted(quarantinedKeys, 'key is', 'keys are')} still kept apart.`,
            );
            return still ? EXIT.failure : EXIT.ok;
          },
        );
      },
    );
}
