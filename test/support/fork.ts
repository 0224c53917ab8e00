import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Runs a TypeScript file in a process of its own, with messages both ways: for tests that kill.
 * Node 20 reads no TypeScript, so the runner that vitest brings along stands in between.
 */
export function forkTypeScript(file: URL, args: readonly string[]): ChildProcess {
  const fromVitest = createRequire(createRequire(import.meta.url).resolve('vitest/package.json'));
  const runner = join(dirname(fromVitest.resolve('vite-node/package.json')), 'vite-node.mjs');
  return fork(runner, [fileURLToPath(file), ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}
