/** The program's entry: the process's own streams, environment and signals, and the real program behind. */
import { readFileSync } from 'node:fs';
import { EXIT } from './exit-codes.ts';
import { processTerminal } from './output/terminal.ts';
import { runCli } from './program.ts';
import { stopOnSignals } from './signals.ts';
import { configure } from './wiring.ts';

/** The version of the package this file belongs to, built or not. */
function packageVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'));
      if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) return String(parsed.version);
    } catch {
      continue;
    }
  }
  return 'unknown';
}

process.exitCode = await runCli(
  {
    configure,
    terminal: processTerminal(process),
    env: process.env,
    stop: stopOnSignals(process),
    exit: EXIT.ok,
  },
  packageVersion(),
  process.argv.slice(2),
);
