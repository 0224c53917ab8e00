/** The whole program on an embedded database of its own, for as long as a bench runs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from '../../cli/app.ts';
import { configure } from '../../cli/wiring.ts';

export interface BenchApp {
  readonly app: App;
  /** For files of the bench; gone with it. */
  readonly directory: string;
  close(): Promise<void>;
}

export async function openBenchApp(env: Readonly<Record<string, string>> = {}): Promise<BenchApp> {
  const directory = await mkdtemp(join(tmpdir(), 'chronofolio-bench-'));
  const configured = configure({
    LOG_LEVEL: 'warn',
    CHRONOFOLIO_HOME: join(directory, 'home'),
    PORT: '0',
    ...env,
  });
  const app = await configured.open({ role: 'cli' });
  return {
    app,
    directory,
    async close() {
      await app.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
