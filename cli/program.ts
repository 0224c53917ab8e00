/** The command line: its commands, their common options, and how a failure is told. */
import { Command, CommanderError } from 'commander';
import type { OutputConfiguration } from 'commander';
import { COMMANDS } from './commands/index.ts';
import type { CliContext, GlobalOptions } from './context.ts';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { describeFailure, stackOf } from './failure.ts';
import { jsonLine } from './output/json.ts';

const DESCRIPTION = `Chronofolio keeps the books of investment portfolios: every fact in an immutable log,
every restatement of the past in an epoch of its own.`;

const AFTER_HELP = `
Start here:
  $ chronofolio demo                        ten years of invented portfolios, and a restatement
  $ chronofolio serve                       the HTTP API on that data, with pages at /docs
  $ chronofolio performance PORT_001

Without configuration the data is in an embedded PostgreSQL under ./.chronofolio; DATABASE_URL or
POSTGRES_HOST name another one. "chronofolio config" shows what is in effect.

${EXIT_CODES_HELP}`;

function buildProgram(context: CliContext, version: string): Command {
  const program = new Command('chronofolio')
    .description(DESCRIPTION)
    .version(version)
    .option('--json', 'print results as JSON')
    .option('--debug', 'print the stack of a failure')
    .option('--home <dir>', 'where the embedded database lives (CHRONOFOLIO_HOME)')
    .option('--database-url <url>', 'the PostgreSQL to use instead (DATABASE_URL)')
    .addHelpText('after', AFTER_HELP)
    .showHelpAfterError('(chronofolio --help lists the commands)');
  for (const add of COMMANDS) program.addCommand(add(context));
  const output = {
    writeOut: (text: string) => context.terminal.out(text.trimEnd()),
    writeErr: (text: string) => context.terminal.note(text.trimEnd()),
  };
  prepare(program, output);
  return program;
}

/** Every command reports to the context rather than to the process, subcommands included. */
function prepare(command: Command, output: OutputConfiguration): void {
  command.exitOverride().configureOutput(output).configureHelp({ showGlobalOptions: true });
  for (const sub of command.commands) prepare(sub, output);
}

function tell(context: CliContext, globals: GlobalOptions, thrown: unknown): ExitCode {
  const { line, exit } = describeFailure(thrown);
  if (globals.json) context.terminal.out(jsonLine({ error: line, exit_code: exit }));
  context.terminal.note(`chronofolio: ${line}`);
  if (globals.debug) context.terminal.note(stackOf(thrown));
  return exit;
}

/** Runs a command line (without the program's own name) to its end. */
export async function runCli(
  context: CliContext,
  version: string,
  arguments_: readonly string[],
): Promise<ExitCode> {
  const program = buildProgram(context, version);
  try {
    await program.parseAsync([...arguments_], { from: 'user' });
    return context.exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return tell(context, program.opts<GlobalOptions>(), thrown);
  }
}
