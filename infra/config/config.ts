/**
 * The configuration: the environment, read once, parsed into one typed object. Its defaults stand in
 * `variables.ts` and nowhere else.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { accessConfig } from './access.ts';
import type { AccessConfig } from './access.ts';
import { type Environment, type Setting, parseEnvironment } from './environment.ts';
import { ConfigError } from './errors.ts';
import type { MarketCalendars } from './market-calendars.ts';
import { marketCalendars, retention } from './market-data.ts';
import type { Retention } from './market-data.ts';
import type { TimeOfDay } from './rules.ts';
import type { Values } from './variables.ts';

export { ConfigError } from './errors.ts';
export type { Setting, Source } from './environment.ts';

export type DatabaseLocation =
  | { readonly kind: 'embedded'; readonly port: number | undefined }
  | { readonly kind: 'url'; readonly url: string };

/** Texts of PEM files. */
export interface KafkaTls {
  /** Trusted besides nothing else; without it, what Node trusts. */
  readonly ca?: string;
  /** Who we are, for brokers that ask. */
  readonly cert?: string;
  readonly key?: string;
}

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Of price ticks. */
  readonly topic: string;
  /** Of those who read price ticks. */
  readonly groupId: string;
  readonly topicPrefix: string;
  readonly groupPrefix: string;
  readonly topics: {
    /** Whether missing ones are created at start. */
    readonly create: boolean;
    readonly partitions: number;
    /** `undefined`: the brokers' default. */
    readonly replication: number | undefined;
  };
  readonly consumer: {
    readonly concurrency: number;
    readonly maxBatchMessages: number;
    readonly maxBatchBytes: number;
    readonly maxMessageBytes: number;
    readonly sessionTimeoutMs: number;
  };
  /** `undefined` when the connections are not encrypted. */
  readonly tls: KafkaTls | undefined;
  readonly sasl:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
        readonly username: string;
        readonly password: string;
      }
    | undefined;
  readonly republishReplays: boolean;
}

export interface Config {
  readonly environment: string;
  readonly home: string;
  readonly logging: { readonly level: Values['LOG_LEVEL'] };
  readonly database: {
    readonly location: DatabaseLocation;
    readonly maxConnections: number;
    /** The longest a reader's statement may run, in milliseconds. */
    readonly statementTimeoutMs: number;
  };
  readonly eventStore:
    { readonly kind: 'postgres' } | { readonly kind: 'eventstoredb'; readonly url: string };
  readonly http: {
    readonly host: string;
    /** `undefined`: the role's own. */
    readonly port: number | undefined;
    readonly bodyLimitBytes: number;
    readonly streamMaxRows: number;
    readonly corsOrigins: readonly string[];
    readonly shutdownTimeoutMs: number;
  };
  readonly access: AccessConfig;
  readonly projection: {
    /** The wait after a feed without news, in milliseconds. */
    readonly pollMs: number;
    /** How long a former generation is kept level after a flip, so that it can be rolled back. */
    readonly retentionHours: number;
    /** Threads that fold a rebuild. */
    readonly rebuildThreads: number;
    /** How long `?wait=projected` waits, in milliseconds. */
    readonly timeoutMs: number;
    /** Hours between two verifications of the books by a serving process; `undefined` for none. */
    readonly verifyEveryHours: number | undefined;
    /** From this many basis points on a restatement counts as material. */
    readonly materialityBps: number;
  };
  /** The hour at which the business date advances by itself, if it does. */
  readonly closeDay: { readonly at: TimeOfDay; readonly timeZone: string } | undefined;
  /** `undefined` when Kafka is off. */
  readonly kafka: KafkaConfig | undefined;
  readonly marketData: {
    readonly restHost: string;
    readonly restPort: number;
    readonly webSocketHost: string;
    readonly webSocketPort: number;
    readonly sockets: {
      readonly maxConnections: number;
      readonly maxSubscriptions: number;
      readonly maxMessageBytes: number;
      readonly maxBufferBytes: number;
      readonly stallMs: number;
      readonly pingMs: number;
      readonly timeoutMs: number;
    };
    readonly batchSize: number;
    readonly flushIntervalMs: number;
    readonly maxRetries: number;
    /** JSON that names who bars and live prices are had from. */
    readonly providersFile: string | undefined;
    readonly endOfDayPrices: boolean;
    readonly alerts: {
      /** Lower case, with a port or without. */
      readonly webhookHosts: readonly string[];
      readonly webhookSecret: string | undefined;
      readonly webhookTimeoutMs: number;
      readonly webhookAttempts: number;
    };
    readonly retention: Retention;
    /** Those built in with what the operator's file adds, and the exchanges of symbols it names. */
    readonly calendars: MarketCalendars;
  };
  readonly metrics: {
    readonly enabled: boolean;
    /** A port of its own; `undefined` when the metrics are served on the API's. */
    readonly port: number | undefined;
    readonly path: string;
  };
  /** What `describeConfig` tells. */
  readonly settings: readonly Setting[];
}

/** The database needs processors as well, and beyond four it is what the threads wait for. */
function defaultThreads(): number {
  return Math.min(Math.max(availableParallelism() - 1, 1), 4);
}

/**
 * @throws ConfigError whose one-line message names variable, value and rule.
 */
export function loadConfig(
  env: Environment,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): Config {
  const { values, settings } = parseEnvironment(env, readFile);
  return {
    environment: values.NODE_ENV,
    home: values.CHRONOFOLIO_HOME,
    logging: { level: values.LOG_LEVEL },
    database: {
      location: databaseLocation(values),
      maxConnections: values.POSTGRES_MAX_CONNECTIONS,
      statementTimeoutMs: values.POSTGRES_STATEMENT_TIMEOUT_MS,
    },
    eventStore: eventStore(values),
    http: {
      host: values.HOST,
      port: values.PORT,
      bodyLimitBytes: values.BODY_LIMIT_BYTES,
      streamMaxRows: values.STREAM_MAX_ROWS,
      corsOrigins: values.CORS_ORIGINS,
      shutdownTimeoutMs: values.SHUTDOWN_TIMEOUT_MS,
    },
    access: accessConfig(values, readFile),
    projection: {
      pollMs: values.PROJECTION_POLL_MS,
      retentionHours: values.GENERATION_RETENTION_HOURS,
      rebuildThreads: values.REBUILD_THREADS ?? defaultThreads(),
      timeoutMs: values.PROJECTION_TIMEOUT_MS,
      verifyEveryHours: values.VERIFY_EVERY_HOURS,
      materialityBps: values.MATERIALITY_BPS,
    },
    closeDay:
      values.CLOSE_DAY_AT === undefined
        ? undefined
        : { at: values.CLOSE_DAY_AT, timeZone: values.CLOSE_DAY_TIME_ZONE },
    kafka: kafka(values, readFile),
    marketData: {
      restHost: values.REST_API_HOST,
      restPort: values.REST_API_PORT,
      webSocketHost: values.WEBSOCKET_HOST,
      webSocketPort: values.WEBSOCKET_PORT,
      sockets: {
        maxConnections: values.WEBSOCKET_MAX_CONNECTIONS,
        maxSubscriptions: values.WEBSOCKET_MAX_SUBSCRIPTIONS,
        maxMessageBytes: values.WEBSOCKET_MAX_MESSAGE_BYTES,
        maxBufferBytes: values.WEBSOCKET_MAX_BUFFER_BYTES,
        stallMs: values.WEBSOCKET_STALL_MS,
        pingMs: values.WEBSOCKET_PING_MS,
        timeoutMs: values.WEBSOCKET_TIMEOUT_MS,
      },
      batchSize: values.BATCH_SIZE,
      flushIntervalMs: values.FLUSH_INTERVAL,
      maxRetries: values.MAX_RETRIES,
      providersFile: values.PROVIDERS_FILE,
      endOfDayPrices: values.EOD_PRICES,
      alerts: {
        webhookHosts: (values.ALERT_WEBHOOK_HOSTS ?? []).map((host) => host.toLowerCase()),
        webhookSecret: values.ALERT_WEBHOOK_SECRET,
        webhookTimeoutMs: values.ALERT_WEBHOOK_TIMEOUT_MS,
        webhookAttempts: values.ALERT_WEBHOOK_ATTEMPTS,
      },
      retention: retention(values),
      calendars: marketCalendars(values, readFile),
    },
    metrics: { enabled: values.METRICS_ENABLED, port: values.METRICS_PORT, path: values.METRICS_PATH },
    settings,
  };
}

/** The effective configuration, variable by variable, with secrets masked. */
export function describeConfig(config: Config): readonly Setting[] {
  return config.settings;
}

/** `DATABASE_URL` first, else what the `POSTGRES_…` variables say, else the embedded server. */
function databaseLocation(values: Values): DatabaseLocation {
  if (values.DATABASE_URL !== undefined) return { kind: 'url', url: values.DATABASE_URL };
  const { POSTGRES_HOST, POSTGRES_PORT, POSTGRES_DATABASE, POSTGRES_USER, POSTGRES_PASSWORD } = values;
  const parts = [POSTGRES_HOST, POSTGRES_PORT, POSTGRES_DATABASE, POSTGRES_USER, POSTGRES_PASSWORD];
  if (parts.every((part) => part === undefined))
    return { kind: 'embedded', port: values.EMBEDDED_POSTGRES_PORT };

  const user = encodeURIComponent(POSTGRES_USER ?? 'postgres');
  const login = POSTGRES_PASSWORD === undefined ? user : `${user}:${encodeURIComponent(POSTGRES_PASSWORD)}`;
  const host = POSTGRES_HOST ?? 'localhost';
  const database = encodeURIComponent(POSTGRES_DATABASE ?? 'chronofolio');
  // A path is the directory of a Unix socket; a bare IPv6 address needs brackets.
  const socket = host.startsWith('/');
  const address = socket ? 'localhost' : host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const query = socket ? `?host=${encodeURIComponent(host)}` : '';
  return {
    kind: 'url',
    url: `postgresql://${login}@${address}:${POSTGRES_PORT ?? 5432}/${database}${query}`,
  };
}

function eventStore(values: Values): Config['eventStore'] {
  if (values.EVENT_STORE === 'postgres') return { kind: 'postgres' };
  return { kind: 'eventstoredb', url: required(values, 'EVENTSTORE_URL', 'with EVENT_STORE=eventstoredb') };
}

function kafka(values: Values, readFile: (path: string) => string): KafkaConfig | undefined {
  if (values.KAFKA_BROKERS === undefined) return undefined;
  const mechanism = values.KAFKA_SASL_MECHANISM;
  return {
    brokers: values.KAFKA_BROKERS,
    clientId: values.KAFKA_CLIENT_ID,
    topic: values.KAFKA_TOPIC,
    groupId: values.KAFKA_GROUP_ID,
    topicPrefix: values.KAFKA_TOPIC_PREFIX ?? '',
    groupPrefix: values.KAFKA_GROUP_PREFIX,
    topics: {
      create: values.KAFKA_CREATE_TOPICS,
      partitions: values.KAFKA_PARTITIONS,
      replication: values.KAFKA_REPLICATION,
    },
    consumer: {
      concurrency: values.KAFKA_CONCURRENCY,
      maxBatchMessages: values.KAFKA_BATCH_MESSAGES,
      maxBatchBytes: values.KAFKA_BATCH_BYTES,
      maxMessageBytes: values.KAFKA_MAX_MESSAGE_BYTES,
      sessionTimeoutMs: values.KAFKA_SESSION_TIMEOUT_MS,
    },
    tls: kafkaTls(values, readFile),
    sasl: mechanism && {
      mechanism,
      username: required(values, 'KAFKA_SASL_USERNAME', 'with KAFKA_SASL_MECHANISM'),
      password: required(values, 'KAFKA_SASL_PASSWORD', 'with KAFKA_SASL_MECHANISM'),
    },
    republishReplays: values.REPUBLISH_REPLAYS,
  };
}

function kafkaTls(values: Values, readFile: (path: string) => string): KafkaTls | undefined {
  const read = (variable: keyof Values & `KAFKA_SSL_${string}_FILE`): string | undefined => {
    const path = values[variable];
    if (path === undefined) return undefined;
    const problem = (rule: string) => new ConfigError([{ variable, value: JSON.stringify(path), rule }]);
    if (!values.KAFKA_SSL) throw problem('needs KAFKA_SSL=true');
    try {
      return readFile(path);
    } catch (error) {
      throw new ConfigError(problem('must name a readable file').problems, { cause: error });
    }
  };
  const ca = read('KAFKA_SSL_CA_FILE');
  const cert = read('KAFKA_SSL_CERT_FILE');
  const key = read('KAFKA_SSL_KEY_FILE');
  if (cert !== undefined) required(values, 'KAFKA_SSL_KEY_FILE', 'with KAFKA_SSL_CERT_FILE');
  if (key !== undefined) required(values, 'KAFKA_SSL_CERT_FILE', 'with KAFKA_SSL_KEY_FILE');
  if (!values.KAFKA_SSL) return undefined;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function required<N extends keyof Values>(values: Values, variable: N, when: string): NonNullable<Values[N]> {
  const value = values[variable];
  if (value === undefined) {
    throw new ConfigError([{ variable, value: '""', rule: `must be set ${when}` }]);
  }
  return value;
}
