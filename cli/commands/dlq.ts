import { Command, Option } from 'commander';
import type {
  DeadLetterDetails,
  DeadLetterSelection,
  DeadLetterStatus,
  DeadLetterSummary,
} from '../../commands/ingest/operations.ts';
import { integerArgument } from '../arguments.ts';
import { withApp } from '../context.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { badInput, CliFailure } from '../failure.ts';
import { bytesText, valueForms } from '../output/bytes.ts';
import { counted } from '../output/format.ts';
import { facts, table } from '../output/table.ts';

const EXAMPLES = `
A message that cannot be taken in becomes a dead letter; everything around it goes on.

Examples:
  $ chronofolio dlq list --status open
  $ chronofolio dlq show 17
  $ chronofolio dlq retry 17 18
  $ chronofolio dlq retry --all --topic prices
  $ chronofolio dlq discard 19`;

const STATUSES: readonly DeadLetterStatus[] = ['open', 'retried', 'discarded'];

/** Messages from Kafka that could not be taken in. */
export function dlqCommand(context: CliContext): Command {
  return new Command('dlq')
    .summary('messages from Kafka that could not be taken in')
    .description('Lists and shows dead letters, sends them once more or puts them away.')
    .addHelpText('after', EXAMPLES)
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(showCommand(context))
    .addCommand(retryCommand(context))
    .addCommand(discardCommand(context));
}

interface ListOptions extends GlobalOptions {
  readonly topic?: string;
  readonly status?: DeadLetterStatus;
  readonly limit: number;
}

function listCommand(context: CliContext): Command {
  return new Command('list')
    .description('Lists dead letters, the newest first.')
    .option('--topic <name>', 'of this topic')
    .addOption(new Option('--status <status>', 'in this state').choices(STATUSES))
    .option('--limit <n>', 'at most so many', integerArgument('--limit', 1), 50)
    .action(async (_options: ListOptions, command: Command) => {
      const { topic, status, limit, ...globals } = command.optsWithGlobals<ListOptions>();
      await withApp(context, globals, async ({ app, result }) => {
        const letters = await app.deadLetters.list({
          limit,
          ...(topic === undefined ? {} : { topic }),
          ...(status === undefined ? {} : { status }),
        });
        result({ dead_letters: letters }, () => listText(letters));
      });
    });
}

const SHOWN_REASON = 80;

function listText(letters: readonly DeadLetterSummary[]): string {
  if (letters.length === 0) return 'There are no dead letters.';
  return table(
    [
      { title: 'id', align: 'right' },
      { title: 'received' },
      { title: 'status' },
      { title: 'where' },
      { title: 'error' },
      { title: 'reason' },
    ],
    letters.map((letter) => [
      String(letter.id),
      letter.received_at.slice(0, 19),
      letter.status,
      `${letter.topic}/${letter.partition}@${letter.offset}`,
      letter.error_code,
      letter.error_message.length > SHOWN_REASON
        ? `${letter.error_message.slice(0, SHOWN_REASON - 1)}…`
        : letter.error_message,
    ]),
  );
}

function showCommand(context: CliContext): Command {
  return new Command('show')
    .description('Shows a dead letter: what was wrong, and the message as it was received.')
    .argument('<id>', 'its number', integerArgument('id', 1))
    .action(async (id: number, _options: GlobalOptions, command: Command) => {
      await withApp(context, command.optsWithGlobals<GlobalOptions>(), async ({ app, result }) => {
        const letter = await app.deadLetters.find(id);
        if (!letter) throw new CliFailure(EXIT.failure, `there is no dead letter ${id}`);
        const { key, value, headers, ...summary } = letter;
        result(
          {
            ...summary,
            key: valueForms(key),
            headers: headers.map(([name, bytes]) => ({ name, ...valueForms(bytes) })),
            value: valueForms(value),
          },
          () => showText(letter),
        );
      });
    });
}

function showText(letter: DeadLetterDetails): string {
  const { topic, partition, offset, status, resolved_at: resolved } = letter;
  const head = facts([
    ['id', String(letter.id)],
    ['where', `${topic}, partition ${partition}, offset ${offset}`],
    ['received', letter.received_at],
    ['copied to', letter.published_at === null ? 'not yet' : `${topic}.dlq at ${letter.published_at}`],
    ['status', resolved === null ? status : `${status} at ${resolved}`],
    ['error', letter.error_code],
    ['reason', letter.error_message],
    ['key', letter.key === null ? 'none' : bytesText(letter.key)],
    ...letter.headers.map(([name, bytes]): [string, string] => [`header ${name}`, bytesText(bytes)]),
  ]);
  return `${head}\n\n${letter.value === null ? 'The message has no value.' : bytesText(letter.value)}`;
}

interface RetryOptions extends GlobalOptions {
  readonly all?: boolean;
  readonly topic?: string;
}

function retryCommand(context: CliContext): Command {
  return new Command('retry')
    .description('Sends messages to their topics once more, as they were received.')
    .argument('[ids...]', 'their numbers')
    .option('--all', 'all open ones')
    .option('--topic <name>', 'with --all: those of this topic')
    .action(async (ids: string[], _options: RetryOptions, command: Command) => {
      const { all, topic, ...globals } = command.optsWithGlobals<RetryOptions>();
      const selection = selectionOf(ids, all === true, topic);
      await withApp(context, globals, async ({ app, result }) => {
        const retried = await app.deadLetters.retry(selection);
        const skipped = 'ids' in selection ? selection.ids.filter((id) => !retried.includes(id)) : [];
        result(
          { retried, skipped },
          () => `${counted(retried.length, 'message')} sent again.${skippedText(skipped)}`,
        );
        return skipped.length > 0 ? EXIT.failure : EXIT.ok;
      });
    });
}

function selectionOf(ids: readonly string[], all: boolean, topic: string | undefined): DeadLetterSelection {
  if (all === ids.length > 0) throw badInput('name the dead letters to retry, or say --all');
  if (!all && topic !== undefined) throw badInput('--topic goes with --all');
  return all ? (topic === undefined ? {} : { topic }) : { ids: numbersOf(ids) };
}

function numbersOf(ids: readonly string[]): number[] {
  return [...new Set(ids.map(integerArgument('id', 1)))];
}

function discardCommand(context: CliContext): Command {
  return new Command('discard')
    .description('Puts dead letters away for good. They stay to be seen.')
    .argument('<ids...>', 'their numbers')
    .action(async (given: string[], _options: GlobalOptions, command: Command) => {
      const ids = numbersOf(given);
      await withApp(context, command.optsWithGlobals<GlobalOptions>(), async ({ app, result }) => {
        const discarded = await app.deadLetters.discard(ids);
        const skipped = ids.filter((id) => !discarded.includes(id));
        result(
          { discarded, skipped },
          () => `${counted(discarded.length, 'dead letter')} discarded.${skippedText(skipped)}`,
        );
        return skipped.length > 0 ? EXIT.failure : EXIT.ok;
      });
    });
}

function skippedText(skipped: readonly number[]): string {
  return skipped.length === 0 ? '' : ` Not open, or not there: ${skipped.join(', ')}.`;
}
