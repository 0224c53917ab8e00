/** The database server of the configuration: the embedded one, started and stopped with us, or somebody's. */
import type { Config } from '../../infra/config/config.ts';
import { openEmbedded } from '../../infra/embedded/embedded.ts';
import type { Logger } from '../../projections/logger.ts';

export interface Server {
  readonly url: string;
  close(): Promise<void>;
}

/** @throws EmbeddedError when the embedded one cannot be started */
export async function openServer(
  { home, database: { location } }: Pick<Config, 'home' | 'database'>,
  logger: Pick<Logger, 'debug'>,
): Promise<Server> {
  if (location.kind === 'url') return { url: location.url, close: async () => undefined };
  return openEmbedded({
    home,
    onLog: (line) => logger.debug(line),
    ...(location.port === undefined ? {} : { port: location.port }),
  });
}
