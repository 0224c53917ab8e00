/** Every command, in the order of the help. */
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { backfillCommand } from './backfill.ts';
import { closeDayCommand } from './close-day.ts';
import { configCommand } from './config.ts';
import { demoCommand } from './demo.ts';
import { diffCommand } from './diff.ts';
import { dlqCommand } from './dlq.ts';
import { epochsCommand } from './epochs.ts';
import { eventsCommand } from './events.ts';
import { feedCommand } from './feed.ts';
import { generationsCommand } from './generations.ts';
import { importCommand } from './import.ts';
import { ingestCommand } from './ingest.ts';
import { kafkaCommand } from './kafka.ts';
import { keysCommand } from './keys.ts';
import { migrateCommand } from './migrate.ts';
import { performanceCommand } from './performance.ts';
import { positionsCommand } from './positions.ts';
import { pruneCommand } from './prune.ts';
import { quarantineCommand } from './quarantine.ts';
import { readerCommand } from './reader.ts';
import { rebuildCommand } from './rebuild.ts';
import { restatementsCommand } from './restatements.ts';
import { rollbackCommand } from './rollback.ts';
import { serveCommand } from './serve.ts';
import { statusCommand } from './status.ts';
import { symbolsCommand } from './symbols.ts';
import { verifyCommand } from './verify.ts';

export const COMMANDS: readonly ((context: CliContext) => Command)[] = [
  demoCommand,
  serveCommand,
  importCommand,
  closeDayCommand,
  statusCommand,
  positionsCommand,
  performanceCommand,
  epochsCommand,
  restatementsCommand,
  diffCommand,
  rebuildCommand,
  generationsCommand,
  rollbackCommand,
  pruneCommand,
  verifyCommand,
  quarantineCommand,
  dlqCommand,
  kafkaCommand,
  ingestCommand,
  backfillCommand,
  feedCommand,
  symbolsCommand,
  eventsCommand,
  migrateCommand,
  readerCommand,
  keysCommand,
  configCommand,
];
