/** Sends rows as they come from the database, to a bounded number of clients at once. */
import type { Exported } from '../../projections/queries/export.ts';
import type { EndedExport } from '../../projections/metrics.ts';
import type { Outcome } from '../../projections/queries/reading.ts';
import { invalidParameters, Problem } from '../http/problem.ts';
import { ChannelError, createChannel } from './channel.ts';
import type { ChannelLimits } from './channel.ts';
import { NOTHING } from './encoder.ts';
import type { RowEncoder } from './encoder.ts';
import { madeInTurns } from './turns.ts';

export interface ExportLimits extends ChannelLimits {
  /** How many may run at once: each holds a connection of the database. */
  readonly concurrent: number;
}

export const DEFAULT_EXPORT_LIMITS: ExportLimits = {
  concurrent: 4,
  stallMs: 60_000,
  totalMs: 3_600_000,
};

const POSITION = 'X-Chronofolio-Position';

/** In seconds: about what an export of a few million rows takes. */
const RETRY_AFTER = '10';

export interface ExportPlan<Row extends object> {
  readonly name: string;
  readonly format: string;
  /** Runs the export; see `exportPositionDays`. */
  readonly run: (receive: (exported: Exported<Row>) => Promise<void>) => Promise<Outcome<void>>;
  readonly encoder: (position: number | null) => RowEncoder;
  readonly headers: Readonly<Record<string, string>>;
  /** Aborted when the client goes away, were it before the first rows are there. */
  readonly signal: AbortSignal;
  /** Told of what went wrong after the head of the reply was sent, unless the client left. */
  readonly onFailure: (error: unknown) => void;
}

export interface ExportDesk {
  /**
   * Resolves with the reply when its first rows are there.
   * @throws Problem when there is nothing of the name, or too much to do
   */
  send<Row extends object>(plan: ExportPlan<Row>): Promise<Response>;
  readonly active: () => number;
}

export function createExportDesk(
  limits: ExportLimits,
  observe: (ended: EndedExport) => void = () => undefined,
): ExportDesk {
  let active = 0;

  async function run<Row extends object>(
    { name, format, run: start, encoder: open, headers, signal, onFailure }: ExportPlan<Row>,
    reply: (response: Response) => void,
    leave: () => void,
  ): Promise<void> {
    const channel = createChannel(limits);
    signal.addEventListener('abort', channel.abandon, { once: true });
    const started = performance.now();
    const sent = { head: false, rows: 0, bytes: 0 };
    const begin = (position: number | null) => {
      if (sent.head) return;
      sent.head = true;
      const response = new Response(channel.body, { headers: { ...headers } });
      if (position !== null) response.headers.set(POSITION, String(position));
      reply(response);
    };
    const over = (outcome: EndedExport['outcome']) => {
      const { rows, bytes } = sent;
      observe({ name, format, rows, bytes, seconds: (performance.now() - started) / 1000, outcome });
    };
    // What makes the reply whole is sent when the snapshot is let go, and its place is free for the next.
    let last: Uint8Array = NOTHING;
    try {
      const outcome = await start(async ({ position, pages }) => {
        const encoder = open(position);
        let start = encoder.start();
        for await (const page of pages) {
          const piece = joined(start, await madeInTurns(encoder.rows(page)));
          begin(position);
          await channel.write(piece);
          sent.rows += page.length;
          sent.bytes += piece.length;
          start = NOTHING;
        }
        last = joined(start, await madeInTurns(encoder.end()));
        begin(position);
      });
      refuse(outcome);
      leave();
      sent.bytes += last.length;
      over('complete');
      channel.end(last);
    } catch (error) {
      if (error instanceof Problem && !sent.head) throw error;
      over(error instanceof ChannelError ? error.code : 'failed');
      if (!sent.head) throw error;
      channel.fail(error);
      if (!(error instanceof ChannelError && error.code === 'abandoned')) onFailure(error);
    }
  }

  return {
    active: () => active,
    send: (plan) => {
      if (active >= limits.concurrent) {
        const { name, format } = plan;
        observe({ name, format, rows: 0, bytes: 0, seconds: 0, outcome: 'busy' });
        const message = `there are ${active} exports under way, as many as may be; try again`;
        throw new Problem('unavailable', message, { headers: { 'Retry-After': RETRY_AFTER } });
      }
      active++;
      let left = false;
      const leave = () => {
        if (!left) active--;
        left = true;
      };
      return new Promise((resolve, reject) => {
        run(plan, resolve, leave).catch(reject).finally(leave);
      });
    },
  };
}

/**
 * The head of the reply that an export would have; no row is read.
 * @throws Problem when there is nothing of the name
 */
export async function headResponse<Row extends object>(
  headers: Readonly<Record<string, string>>,
  run: ExportPlan<Row>['run'],
): Promise<Response> {
  const response = new Response(null, { headers });
  const outcome = await run(async ({ position }) => {
    if (position !== null) response.headers.set(POSITION, String(position));
  });
  refuse(outcome);
  return response;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.length === 0 ? other : Buffer.concat([one, other]);
}

function refuse(outcome: Outcome<void>): void {
  if (outcome.status === 'not_found')
    throw new Problem('not-found', `there is no ${outcome.what} ${outcome.id}`);
  if (outcome.status === 'rejected') throw invalidParameters(outcome.errors);
}
