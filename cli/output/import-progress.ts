import type { ImportOptions } from '../../commands/import/types.ts';
import type { ProgressDisplay } from './progress.ts';

/** Shows an import's progress. How many rows there are is not known before they have been read. */
export function importProgress(display: ProgressDisplay): NonNullable<ImportOptions['onProgress']> {
  return ({ phase, rows }) => display.show({ phase: `import: ${phase}`, done: rows, total: 0 });
}
