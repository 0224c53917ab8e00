import { Command } from 'commander';
import { configOf } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { jsonText } from '../output/json.ts';
import { table } from '../output/table.ts';

interface Options extends GlobalOptions {
  readonly all?: boolean;
}

const EXAMPLES = `
Examples:
  $ chronofolio config
  $ chronofolio config --all
  $ DATABASE_URL=postgresql://me:secret@db/books chronofolio config --json`;

/** The configuration in effect. Opens nothing. */
export function configCommand(context: CliContext): Command {
  return new Command('config')
    .summary('the configuration in effect')
    .description('Prints the effective configuration, variable by variable, with secrets masked.')
    .option('--all', 'variables that are not set, too')
    .addHelpText('after', EXAMPLES)
    .action((_options: Options, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const settings = configOf(context, options).settings.filter(
        (setting) => options.all === true || setting.value !== undefined,
      );
      const drawn = (): string =>
        table(
          [{ title: 'variable' }, { title: 'value' }, { title: 'from' }],
          settings.map(({ variable, value, source }) => [variable, value ?? '', source]),
        );
      context.terminal.out(options.json ? jsonText(settings) : drawn());
    });
}
