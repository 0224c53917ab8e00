/** A rebuild by the command line, in a process of its own, watched from outside. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { connect } from './yard.ts';

export interface RebuildFigures {
  /** From the order to the flip, by the database's clock. */
  readonly seconds: number;
  readonly events: number;
  /** Position-days. */
  readonly rows: number;
  /** The most memory the process had at once; `undefined` where the system does not tell. */
  readonly peakMb: number | undefined;
  /** How long the flip held the generation readers saw. */
  readonly heldMs: number | undefined;
}

const LOOK_EVERY_MS = 50;

/** The high-water mark of a process's memory. */
async function peakOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const found = /^VmHWM:\s+(\d+) kB/m.exec(status);
  return found ? Number(found[1]) / 1024 : undefined;
}

export async function rebuildInProcess(url: string): Promise<RebuildFigures> {
  const program = fileURLToPath(new URL('../../../bin/chronofolio.js', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=64', program, 'rebuild', '--all', '--yes', '--retain-hours', '0', '--json'],
    {
      env: { ...process.env, LOG_LEVEL: 'warn', DATABASE_URL: url },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  let peakMb: number | undefined;
  const timer = setInterval(() => {
    void peakOf(child.pid!).then((peak) => {
      peakMb = peak ?? peakMb;
    });
  }, LOOK_EVERY_MS);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(timer);
  if (code !== 0) throw new Error(`the rebuild ended with ${code}`);
  const client = await connect(url, 'public');
  const { rows } = await client.query<{ seconds: number; slot: string; held_ms: number | null }>(
    `select extract(epoch from r.finished_at - r.started_at)::double precision as seconds, r.slot,
            (select f.held_ms from generation_flips f where f.rebuild_id = r.rebuild_id) as held_ms
     from rebuilds r order by r.started_at desc limit 1`,
  );
  const run = rows[0]!;
  const counted = await client.query<{ events: string; rows: string }>(
    `select (select max(position) from events) as events,
            (select count(*) from ${run.slot === 'gen_a' ? 'gen_a' : 'gen_b'}.position_timeseries) as rows`,
  );
  await client.end();
  return {
    seconds: run.seconds,
    events: Number(counted.rows[0]?.events),
    rows: Number(counted.rows[0]?.rows),
    peakMb,
    heldMs: run.held_ms ?? undefined,
  };
}
