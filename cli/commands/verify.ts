import { Command, Option } from 'commander';
import type { VerifyScope } from '../../projections/verify/verify.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonText } from '../output/json.ts';
import { verificationCsv, verificationText } from '../output/verification.ts';

interface Options extends GlobalOptions {
  readonly portfolio?: string;
  readonly security?: string;
  readonly generation: 'active' | 'idle' | 'gen_a' | 'gen_b';
  readonly format: 'text' | 'json' | 'csv';
}

const EXAMPLES = `
Compares every row with a replay, and checks what rows must be to each other: a day begins with the value
the day before ended with, a portfolio is the exact sum of its positions, no complete day is missing.

Exit code 1 when a row differs or a rule is broken; the first such row is named. The checksum is that of all
figures: equal for equal figures, whatever their epochs.

Examples:
  $ chronofolio verify
  $ chronofolio verify --portfolio PORT_001 --security SEC_AAPL
  $ chronofolio verify --generation idle          a rebuild that readers do not see yet
  $ chronofolio verify --format csv > differences.csv`;

/** Replays the log and compares. */
export function verifyCommand(context: CliContext): Command {
  return new Command('verify')
    .summary('compare the read model with a replay of the log')
    .description('Replays the log in memory and compares every stored row, naming those that differ.')
    .option('--portfolio <id>', "this portfolio's keys only")
    .option('--security <id>', "this security's keys only, without portfolios' own rows")
    .addOption(
      new Option('--generation <which>', 'what readers see, or what they do not')
        .choices(['active', 'idle', 'gen_a', 'gen_b'])
        .default('active'),
    )
    .addOption(new Option('--format <format>').choices(['text', 'json', 'csv']).default('text'))
    .addHelpText('after', EXAMPLES)
    .action(async (_options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await withApp(context, options, async ({ app, progress, terminal, result }) => {
        // The other one is kept level by those that run; it may also be as it was known long ago.
        if (options.generation === 'active') await app.projections.catchUp(progress.show);
        const report = await app.projections.verify(scopeOf(options), progress.show);
        progress.stop();
        if (options.format === 'csv' && !options.json) terminal.out(verificationCsv(report));
        else if (options.format === 'json') terminal.out(jsonText(report));
        else result(report, () => verificationText(report));
        return report.ok ? EXIT.ok : EXIT.failure;
      });
    });
}

function scopeOf({ portfolio, security, generation }: Options): VerifyScope {
  return {
    generation,
    ...(portfolio === undefined ? {} : { portfolioId: portfolio }),
    ...(security === undefined ? {} : { securityId: security }),
  };
}
