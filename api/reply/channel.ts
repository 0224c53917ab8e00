/** A body that is made while it is sent: what makes it waits for the client, but not for ever. */

/** Why a body was given up. Its code says whose doing it was. */
export class ChannelError extends Error {
  readonly code: 'abandoned' | 'stalled' | 'too_long';

  constructor(code: ChannelError['code'], message: string) {
    super(message);
    this.name = 'ChannelError';
    this.code = code;
  }
}

export interface ChannelLimits {
  /** The longest that a client may take for one piece, in milliseconds. */
  readonly stallMs: number;
  /** The longest that the whole may take. */
  readonly totalMs: number;
}

export interface Channel {
  readonly body: ReadableStream<Uint8Array>;
  /**
   * Resolves when there is room for the next piece.
   * @throws ChannelError when the client is gone, or takes too long
   */
  write(piece: Uint8Array): Promise<void>;
  /** The last piece, which is not waited for. */
  end(piece: Uint8Array): void;
  /** The client is known to be gone. */
  abandon(): void;
  /** Breaks the connection: nobody is to take what was sent for the whole. */
  fail(error: unknown): void;
}

export function createChannel({ stallMs, totalMs }: ChannelLimits): Channel {
  const deadline = performance.now() + totalMs;
  let broken: ChannelError | undefined;
  let resume: (() => void) | undefined;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const abandon = () => {
    broken ??= new ChannelError('abandoned', 'the client went away');
    resume?.();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      pull: () => resume?.(),
      cancel: abandon,
    },
    { highWaterMark: 1 },
  );

  /** Until the piece before was taken. */
  async function room(): Promise<void> {
    const left = deadline - performance.now();
    if (broken || (left > 0 && (controller?.desiredSize ?? 0) > 0)) return;
    const patience = Math.min(stallMs, Math.max(0, left));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        broken =
          patience < stallMs
            ? new ChannelError('too_long', `the whole took more than ${totalMs / 1000} s`)
            : new ChannelError('stalled', `the client took nothing for ${stallMs / 1000} s`);
        resolve();
      }, patience);
      resume = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    resume = undefined;
  }

  return {
    body,
    abandon,
    async write(piece) {
      if (piece.length > 0 && !broken) controller?.enqueue(piece);
      await room();
      if (broken) throw broken;
    },
    end(piece) {
      if (broken) return;
      if (piece.length > 0) controller?.enqueue(piece);
      controller?.close();
    },
    fail(error) {
      // A connection is only broken by something that is there.
      if (broken?.code !== 'abandoned')
        controller?.error(error instanceof Error ? error : new Error(String(error)));
    },
  };
}
