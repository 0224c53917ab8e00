/** Failures as one line in plain words, and the exit code that goes with each. */
import { SourcesError } from '../commands/import/sources.ts';
import { ProviderError } from '../projections/market/provider.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';

/** A command's own way of saying that it cannot go on. */
export class CliFailure extends Error {
  readonly code = 'cli_failure';
  readonly exit: ExitCode;

  constructor(exit: ExitCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'CliFailure';
    this.exit = exit;
  }
}

/** The answer to input that cannot be right. */
export function badInput(message: string): CliFailure {
  return new CliFailure(EXIT.usage, message);
}

// Infrastructure errors are told apart by their names and stable codes: the commands do not know the adapters.
const DATABASE_CODES = new Set(['unavailable', 'authentication_failed', 'newer_database']);

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function exitOf(error: Error): ExitCode {
  if (error instanceof CliFailure) return error.exit;
  if (error instanceof SourcesError || error.name === 'ConfigError') return EXIT.usage;
  if (error instanceof ProviderError && error.code === 'bad_provider') return EXIT.usage;
  if (codeOf(error) === 'rebuild_running') return EXIT.busy;
  if (error.name === 'EmbeddedError') return EXIT.database;
  if (error.name === 'DatabaseError' && DATABASE_CODES.has(codeOf(error) ?? '')) return EXIT.database;
  return EXIT.failure;
}

/** One line for a person, and the exit code. */
export function describeFailure(thrown: unknown): { readonly line: string; readonly exit: ExitCode } {
  if (!(thrown instanceof Error)) return { line: String(thrown), exit: EXIT.failure };
  const exit = exitOf(thrown);
  const [sentence = ''] = thrown.message.split('\n');
  const text = sentence === '' ? thrown.name : sentence;
  return { line: exit === EXIT.database ? `database not available: ${text}` : text, exit };
}

/** The error with its causes and their stacks, for `--debug`. */
export function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const own = thrown.stack ?? `${thrown.name}: ${thrown.message}`;
  return thrown.cause === undefined ? own : `${own}\ncaused by ${stackOf(thrown.cause)}`;
}
