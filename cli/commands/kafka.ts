import { Command } from 'commander';
import type {
  GroupReport,
  KafkaOperations,
  KafkaReport,
  TopicReport,
} from '../../commands/ingest/operations.ts';
import { integerArgument } from '../arguments.ts';
import { configOf } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { badInput } from '../failure.ts';
import { count, counted } from '../output/format.ts';
import { jsonText } from '../output/json.ts';
import { facts, table } from '../output/table.ts';

const EXAMPLES = `
Examples:
  $ KAFKA_BROKERS=localhost:9092 chronofolio kafka check
  $ chronofolio kafka create-topics --partitions 12 --replication 3`;

/** The brokers, and what they have of what this program needs. Opens no database. */
export function kafkaCommand(context: CliContext): Command {
  return new Command('kafka')
    .summary('the Kafka cluster: check it, create its topics')
    .description('Looks at the Kafka cluster of the configuration, and makes the topics it lacks.')
    .addHelpText('after', EXAMPLES)
    .addCommand(checkCommand(context), { isDefault: true })
    .addCommand(createTopicsCommand(context));
}

function operationsOf(context: CliContext, globals: GlobalOptions): KafkaOperations {
  const { kafka } = configOf(context, globals);
  if (!kafka) throw badInput('Kafka is off: KAFKA_BROKERS is not set');
  return kafka;
}

function checkCommand(context: CliContext): Command {
  return new Command('check')
    .description('Connects and shows brokers, topics, groups and their lag. Fails when something is amiss.')
    .action(async (_options: GlobalOptions, command: Command) => {
      const globals = command.optsWithGlobals<GlobalOptions>();
      const report = await operationsOf(context, globals).check();
      context.terminal.out(globals.json ? jsonText(report) : reportText(report));
      if (report.problems.length > 0) context.exit = EXIT.failure;
    });
}

function reportText({ cluster_id: cluster, brokers, topics, groups, problems }: KafkaReport): string {
  const cluster_ = facts([
    ['cluster', cluster],
    ...brokers.map(({ id, address, controller }): [string, string] => [
      `broker ${id}`,
      controller ? `${address}, controller` : address,
    ]),
  ]);
  const verdict =
    problems.length === 0
      ? 'All is well.'
      : [
          ...problems.map((problem) => `Problem: ${problem}`),
          ...(topics.some(({ exists }) => !exists)
            ? ['"chronofolio kafka create-topics" makes what is missing.']
            : []),
        ].join('\n');
  return [cluster_, topicTable(topics), groupTable(groups), verdict].join('\n\n');
}

function topicTable(topics: readonly TopicReport[]): string {
  return table(
    [
      { title: 'topic' },
      { title: 'partitions', align: 'right' },
      { title: 'replicas', align: 'right' },
      { title: 'state' },
    ],
    topics.map(({ topic, exists, partitions, replication, under_replicated: behind }) =>
      exists
        ? [topic, count(partitions), count(replication), behind > 0 ? 'under-replicated' : 'there']
        : [topic, '', '', 'missing'],
    ),
  );
}

function groupTable(groups: readonly GroupReport[]): string {
  return table(
    [
      { title: 'group' },
      { title: 'state' },
      { title: 'members', align: 'right' },
      { title: 'topic' },
      { title: 'lag', align: 'right' },
    ],
    groups.flatMap(({ group, state, members, lag }) => {
      const head = [group, state === 'Dead' ? 'not there' : state.toLowerCase(), count(members)];
      if (lag.length === 0) return [head];
      return lag.map(({ topic, messages }, i) => [
        ...(i === 0 ? head : ['', '', '']),
        topic,
        count(messages),
      ]);
    }),
  );
}

interface CreateOptions extends GlobalOptions {
  readonly partitions?: number;
  readonly replication?: number;
}

function createTopicsCommand(context: CliContext): Command {
  return new Command('create-topics')
    .description('Creates the topics that are missing, and leaves the others as they are.')
    .option('--partitions <n>', 'of the topics that work is shared on', integerArgument('--partitions', 1))
    .option('--replication <n>', 'copies of each partition', integerArgument('--replication', 1))
    .action(async (_options: CreateOptions, command: Command) => {
      const { partitions, replication, ...globals } = command.optsWithGlobals<CreateOptions>();
      const created = await operationsOf(context, globals).createTopics({
        ...(partitions === undefined ? {} : { partitions }),
        ...(replication === undefined ? {} : { replication }),
      });
      const text =
        created.length === 0 ? 'All topics are there.' : `${counted(created.length, 'topic')} created:`;
      context.terminal.out(globals.json ? jsonText({ created }) : [text, ...created].join('\n'));
    });
}
