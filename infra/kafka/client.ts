/**
 * The Kafka client. Everything else in this folder is built on the one made here: the consumers, the
 * producer, the administration of topics. Only this folder knows the library behind it.
 */
import { Kafka, logLevel } from 'kafkajs';
import type { KafkaConfig as LibraryConfig, SASLOptions, logCreator } from 'kafkajs';
import type { KafkaConfig } from '../config/config.ts';
import type { Logger } from '../../projections/logger.ts';

export type { Kafka } from 'kafkajs';

/** What a connection needs of the configuration. */
export type KafkaConnection = Pick<KafkaConfig, 'brokers' | 'clientId' | 'tls' | 'sasl'>;

/**
 * Tries inside the library before it gives up on one operation, spread by jitter. They are few because
 * it nests them: an operation's tries connect, and connecting has tries of its own. Giving up is no end:
 * consumers and producers are then made anew, for ever, by loops of our own.
 */
export const RETRY = { initialRetryTime: 150, maxRetryTime: 2_000, multiplier: 2, factor: 0.2, retries: 3 };

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 20_000;

/** Connects to nothing yet. */
export function createKafka(config: KafkaConnection, logger: Logger): Kafka {
  const options: LibraryConfig = {
    clientId: config.clientId,
    brokers: [...config.brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    logLevel: logLevel.INFO,
    logCreator: loggingTo(logger),
    ...(config.tls === undefined ? {} : { ssl: { ...config.tls } }),
    ...(config.sasl === undefined ? {} : { sasl: saslOf(config.sasl) }),
  };
  return new Kafka(options);
}

function saslOf(sasl: NonNullable<KafkaConnection['sasl']>): SASLOptions {
  const { mechanism, username, password } = sasl;
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
    default: {
      const never: never = mechanism;
      return never;
    }
  }
}

/** Said by every attempt to connect again; what matters of it is told by our own loops. */
const DROPPED = new Set(['timestamp', 'logger', 'message', 'stack', 'clientId', 'helpUrl']);

/** Where the library tells of every attempt to connect again; our own loops tell what comes of it. */
const REPEATING = new Set([
  'Connection',
  'BrokerPool',
  'Cluster',
  'Consumer',
  'Runner',
  'ConsumerGroup',
  'Producer',
]);

/** The library calls an error whatever it will try again, so its levels count one less here. */
function loggingTo(logger: Logger): logCreator {
  return () =>
    ({ namespace, level, log }) => {
      const fields = {
        kafka: namespace,
        ...Object.fromEntries(Object.entries(log).filter(([name]) => !DROPPED.has(name))),
      };
      if (level === logLevel.ERROR && !REPEATING.has(namespace)) logger.warn(log.message, fields);
      else logger.debug(log.message, fields);
    };
}
