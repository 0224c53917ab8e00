/** Where the shared data lies: read from there, never copied. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const directory =
  process.env['CHRONOFOLIO_TEST_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

export const PRICES_FILE = join(directory, 'prices-apple-basf-2010-2015.csv');
export const GHOSTFOLIO_FILE = join(directory, 'ghostfolio-500-activities.json');

export const DATA_IS_THERE = existsSync(PRICES_FILE) && existsSync(GHOSTFOLIO_FILE);

/** Says in the test's name why it was skipped. */
export function withData(name: string): string {
  return DATA_IS_THERE ? name : `${name} (CANNOT RUN: no data in ${directory}; set CHRONOFOLIO_TEST_DATA)`;
}
