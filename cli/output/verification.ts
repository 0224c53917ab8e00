/** What a verification found, for people and as CSV. */
import { csvLine } from '../../api/reply/csv.ts';
import type { Difference } from '../../projections/verify/compare-rows.ts';
import { brokenText } from '../../projections/verify/stored.ts';
import type { VerifyReport } from '../../projections/verify/verify.ts';
import { count, counted } from './format.ts';

const MOST_SHOWN = 50;

function placeOf(difference: Difference): string {
  const { portfolio_id: portfolio, security_id: security, date, transaction_id: transaction } = difference;
  return [portfolio, security, date, transaction].filter((part) => part !== undefined).join(' ');
}

function differenceText(difference: Difference): string {
  const row = (text: string | null): string =>
    text === null ? '(no row)' : text.trim().replaceAll('\t', ' ');
  return [
    `${placeOf(difference)}, ${difference.table}`,
    `  stored    ${row(difference.stored)}`,
    `  replayed  ${row(difference.replayed)}`,
  ].join('\n');
}

/** What was left out, and why the rest may differ. */
function remarks(report: VerifyReport): string[] {
  const { skipped, quarantined, fold_version: version, row_versions: versions } = report;
  const keys = quarantined.map((key) => `${key.portfolio_id} ${key.security_id}`);
  return [
    ...(skipped.length > 0 ? [`Left out, because work on them is waiting: ${skipped.join(', ')}.`] : []),
    ...(keys.length > 0
      ? [`Left out, because they are quarantined, with their portfolios' days: ${keys.join(', ')}.`]
      : []),
    ...(versions.some((each) => each !== version)
      ? [
          `Rows are of fold version ${versions.join(' and ')}, the replay of ${version}: figures may differ by intent, and a rebuild brings them together.`,
        ]
      : []),
  ];
}

export function verificationText(report: VerifyReport): string {
  const { slot, keys, rows, position, checksum, differences, broken } = report;
  const checked = `${counted(keys, 'key')} with ${counted(rows, 'row')} of ${slot} compared with a replay of the log up to position ${count(position)}`;
  if (differences.length + broken.length === 0)
    return [`${checked}: no difference, checksum ${checksum}.`, ...remarks(report)].join('\n');
  const [first] = differences;
  const rest = differences.length - MOST_SHOWN;
  return [
    `${checked}: ${counted(differences.length, 'difference')}, the first ones of each key.`,
    ...(first ? [`The first: ${placeOf(first)}, ${first.table}.`] : []),
    ...remarks(report),
    ...(broken.length > 0 ? ['', 'Rows that do not hold together:', ...broken.map(brokenText)] : []),
    ...(differences.length > 0 ? ['', ...differences.slice(0, MOST_SHOWN).map(differenceText)] : []),
    ...(rest > 0 ? [`… and ${counted(rest, 'more', 'more')}`] : []),
  ].join('\n');
}

const COLUMNS = [
  'kind',
  'table',
  'portfolio_id',
  'security_id',
  'date',
  'transaction_id',
  'stored',
  'expected',
];

/** A line for each difference and each broken rule; the header alone when there is none. */
export function verificationCsv({ differences, broken }: VerifyReport): string {
  const lines = [
    ...differences.map((row) => [
      'replay',
      row.table,
      row.portfolio_id,
      row.security_id,
      row.date,
      row.transaction_id,
      row.stored,
      row.replayed,
    ]),
    ...broken.map((row) => [
      row.rule,
      row.table,
      row.portfolio_id,
      row.security_id,
      row.date,
      undefined,
      row.stored,
      row.expected,
    ]),
  ];
  return [COLUMNS, ...lines].map(csvLine).join('').trimEnd();
}
