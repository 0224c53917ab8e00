/** What the process tells the shell. */
export const EXIT = {
  ok: 0,
  /** The command failed, or what it checked does not hold (`verify` found a difference). */
  failure: 1,
  /** Wrong usage, bad input or bad configuration: nothing was done. */
  usage: 2,
  /** The database cannot be had. */
  database: 3,
  /** What was rebuilt changes published figures and waits for approval; a rollback or prune was not confirmed. */
  approval: 4,
  /** Another rebuild, rollback or prune is running: nothing was done. */
  busy: 5,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `Exit codes:
  0  done
  1  failed, or a check does not hold (verify: a difference was found)
  2  wrong usage, bad input or bad configuration; nothing was changed
  3  the database is not available
  4  waits for approval (rebuild), or was not confirmed (rollback, prune)
  5  another rebuild, rollback or prune is running; nothing was changed
  130, 143  stopped by SIGINT, SIGTERM`;
