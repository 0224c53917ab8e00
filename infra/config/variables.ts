/** Every environment variable the program reads, with its rule, its default and whether it is secret. */
import { z } from 'zod';
import * as rule from './rules.ts';

const MILLISECONDS = rule.wholeNumber(1, 86_400_000);

/** A default is written as it would be in the environment. */
export const VARIABLES = z.object({
  NODE_ENV: rule.nonEmptyText.prefault('development'),
  CHRONOFOLIO_HOME: rule.nonEmptyText.prefault('.chronofolio'),
  LOG_LEVEL: rule.oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).prefault('info'),

  DATABASE_URL: rule.connectionString(['postgresql', 'postgres']).optional(),
  POSTGRES_HOST: rule.hostName.optional(),
  POSTGRES_PORT: rule.port.optional(),
  POSTGRES_DATABASE: rule.nonEmptyText.optional(),
  POSTGRES_USER: rule.nonEmptyText.optional(),
  POSTGRES_PASSWORD: rule.nonEmptyText.optional(),
  /** Four for the log, the rest for the two generations; a rebuild alone holds seven of one. */
  POSTGRES_MAX_CONNECTIONS: rule.wholeNumber(20, 10_000).prefault('20'),
  POSTGRES_STATEMENT_TIMEOUT_MS: MILLISECONDS.prefault('60000'),
  EMBEDDED_POSTGRES_PORT: rule.port.optional(),

  EVENT_STORE: rule.oneOf(['postgres', 'eventstoredb']).prefault('postgres'),
  EVENTSTORE_URL: rule
    .connectionString(['esdb', 'esdb+discover', 'kurrentdb', 'kurrentdb+discover'])
    .optional(),

  HOST: rule.hostName.prefault('127.0.0.1'),
  /** 8080 for all and api, 8081 for positions, 8085 for timeseries, unless said here. */
  PORT: rule.listeningPort.optional(),
  BODY_LIMIT_BYTES: rule.wholeNumber(1_024, 1_073_741_824).prefault('10485760'),
  STREAM_MAX_ROWS: rule.wholeNumber(1, 100_000_000).prefault('1000000'),
  CORS_ORIGINS: rule
    .commaList(/^(\*|https?:\/\/[^\s/]+)$/, 'must be * or origins such as https://example.org, by commas')
    .prefault('*'),
  SHUTDOWN_TIMEOUT_MS: MILLISECONDS.prefault('10000'),

  /** Whether callers have to say who they are; required unless the process listens on loopback alone. */
  ACCESS: rule.oneOf(['off', 'required']).optional(),
  /** Where an identity provider publishes the keys that it signs tokens with, or a file with them. */
  JWKS_URL: rule.keyAddress.optional(),
  JWKS_FILE: rule.nonEmptyText.optional(),
  /** What tokens must say of who made them and for whom. */
  JWT_ISSUER: rule.nonEmptyText.optional(),
  JWT_AUDIENCE: rule.nonEmptyText.optional(),
  /** Of each caller, where access is required: so many requests on average, and so many at once. */
  RATE_LIMIT_PER_SECOND: rule.wholeNumber(1, 1_000_000).prefault('100'),
  RATE_LIMIT_BURST: rule.wholeNumber(1, 1_000_000).prefault('200'),
  /** Proxies before this process whose `X-Forwarded-For` tells where a request is from. */
  TRUSTED_PROXIES: rule.wholeNumber(0, 8).prefault('0'),
  /** What `feed` sends with ticks that it posts. */
  CHRONOFOLIO_API_KEY: rule.nonEmptyText.optional(),

  PROJECTION_POLL_MS: rule.wholeNumber(1, 60_000).prefault('5'),
  /** How long readers can be sent back to the former generation after a flip; 0 keeps none. */
  GENERATION_RETENTION_HOURS: rule.wholeNumber(0, 87_600).prefault('24'),
  /** One less than there are processors, 4 at most, unless given. */
  REBUILD_THREADS: rule.wholeNumber(1, 32).optional(),
  PROJECTION_TIMEOUT_MS: MILLISECONDS.prefault('10000'),
  /** A serving process verifies the books so often; never, unless given. */
  VERIFY_EVERY_HOURS: rule.wholeNumber(1, 8_760).optional(),
  MATERIALITY_BPS: rule.wholeNumber(0, 10_000).prefault('5'),
  CLOSE_DAY_AT: rule.timeOfDay.optional(),
  CLOSE_DAY_TIME_ZONE: rule.timeZone.prefault('UTC'),

  KAFKA_BROKERS: rule
    .commaList(/^[^\s,:]+:\d{1,5}$/, 'must be host:port pairs, separated by commas')
    .optional(),
  KAFKA_TOPIC: rule.nonEmptyText.prefault('price-ticks'),
  KAFKA_GROUP_ID: rule.nonEmptyText.prefault('snapshot-service-group'),
  KAFKA_CLIENT_ID: rule.nonEmptyText.prefault('chronofolio'),
  /** Before the names of all topics but `KAFKA_TOPIC`, so that installations can share a cluster. */
  KAFKA_TOPIC_PREFIX: rule.topicPart.optional(),
  /** Before the role in the names of consumer groups. */
  KAFKA_GROUP_PREFIX: rule.topicPart.prefault('chronofolio'),
  KAFKA_CREATE_TOPICS: rule.flag.prefault('true'),
  KAFKA_PARTITIONS: rule.wholeNumber(1, 10_000).prefault('6'),
  /** The brokers' own default unless given. */
  KAFKA_REPLICATION: rule.wholeNumber(1, 100).optional(),
  KAFKA_BATCH_MESSAGES: rule.wholeNumber(1, 10_000).prefault('1000'),
  KAFKA_BATCH_BYTES: rule.wholeNumber(1_024, 67_108_864).prefault('1048576'),
  KAFKA_MAX_MESSAGE_BYTES: rule.wholeNumber(1_024, 67_108_864).prefault('1048576'),
  KAFKA_CONCURRENCY: rule.wholeNumber(1, 64).prefault('2'),
  /** Brokers take 6 seconds to 30 minutes unless told otherwise. */
  KAFKA_SESSION_TIMEOUT_MS: rule.wholeNumber(6_000, 1_800_000).prefault('10000'),
  KAFKA_SSL: rule.flag.prefault('false'),
  KAFKA_SSL_CA_FILE: rule.nonEmptyText.optional(),
  KAFKA_SSL_CERT_FILE: rule.nonEmptyText.optional(),
  KAFKA_SSL_KEY_FILE: rule.nonEmptyText.optional(),
  KAFKA_SASL_MECHANISM: rule.oneOf(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  KAFKA_SASL_USERNAME: rule.nonEmptyText.optional(),
  KAFKA_SASL_PASSWORD: rule.nonEmptyText.optional(),
  REPUBLISH_REPLAYS: rule.flag.prefault('true'),

  REST_API_HOST: rule.hostName.prefault('127.0.0.1'),
  REST_API_PORT: rule.listeningPort.prefault('3001'),
  WEBSOCKET_HOST: rule.hostName.prefault('127.0.0.1'),
  WEBSOCKET_PORT: rule.listeningPort.prefault('3002'),
  WEBSOCKET_MAX_CONNECTIONS: rule.wholeNumber(1, 1_000_000).prefault('20000'),
  /** Symbols and portfolios of one connection. */
  WEBSOCKET_MAX_SUBSCRIPTIONS: rule.wholeNumber(1, 1_000_000).prefault('1000'),
  /** Of one message that a client sends. */
  WEBSOCKET_MAX_MESSAGE_BYTES: rule.wholeNumber(1_024, 67_108_864).prefault('1048576'),
  /** What is held for a client that does not read, before it is let go. */
  WEBSOCKET_MAX_BUFFER_BYTES: rule.wholeNumber(4_096, 67_108_864).prefault('1048576'),
  /** One that took nothing for so long, while more than that went by, does not read. */
  WEBSOCKET_STALL_MS: MILLISECONDS.prefault('5000'),
  WEBSOCKET_PING_MS: MILLISECONDS.prefault('30000'),
  WEBSOCKET_TIMEOUT_MS: MILLISECONDS.prefault('60000'),
  BATCH_SIZE: rule.wholeNumber(1, 100_000).prefault('50'),
  FLUSH_INTERVAL: MILLISECONDS.prefault('1000'),
  /** For how many days ticks, bars of five minutes and daily bars are kept; daily ones for ever unless given. */
  TICK_RETENTION_DAYS: rule.wholeNumber(1, 36_500).prefault('30'),
  INTRADAY_RETENTION_DAYS: rule.wholeNumber(1, 36_500).prefault('548'),
  HISTORICAL_RETENTION_DAYS: rule.wholeNumber(1, 36_500).optional(),
  /** JSON with holidays, early closes and exchanges beside those that are built in. */
  MARKET_CALENDARS_FILE: rule.nonEmptyText.optional(),
  /** Closes of bars become prices of the securities that carry their symbol. */
  EOD_PRICES: rule.flag.prefault('true'),
  MAX_RETRIES: rule.wholeNumber(0, 100).prefault('3'),

  /** Who bars and live prices are had from: JSON. */
  PROVIDERS_FILE: rule.nonEmptyText.optional(),

  /** Where alerts may go by http and into private networks; elsewhere they go by https, to public addresses. */
  ALERT_WEBHOOK_HOSTS: rule
    .commaList(/^[^\s,/@?#]+$/, 'must be host names or host:port pairs, separated by commas')
    .optional(),
  /** Signs what is sent to webhooks for rules without a secret of their own. */
  ALERT_WEBHOOK_SECRET: rule.nonEmptyText.optional(),
  ALERT_WEBHOOK_TIMEOUT_MS: rule.wholeNumber(100, 60_000).prefault('10000'),
  ALERT_WEBHOOK_ATTEMPTS: rule.wholeNumber(1, 100).prefault('12'),

  METRICS_ENABLED: rule.flag.prefault('true'),
  METRICS_PORT: rule.listeningPort.optional(),
  METRICS_PATH: rule.urlPath.prefault('/metrics'),
});

export type VariableName = keyof typeof VARIABLES.shape;

/** The parsed value of every variable; `undefined` for one that is not set and has no default. */
export type Values = Readonly<z.output<typeof VARIABLES>>;

/** Masked wherever they are shown, and readable from the file that `<NAME>_FILE` names. */
const SECRETS: ReadonlySet<string> = new Set<VariableName>([
  'DATABASE_URL',
  'POSTGRES_PASSWORD',
  'EVENTSTORE_URL',
  'KAFKA_SASL_PASSWORD',
  'ALERT_WEBHOOK_SECRET',
  'CHRONOFOLIO_API_KEY',
]);

export function isSecret(variable: string): boolean {
  return SECRETS.has(variable);
}
