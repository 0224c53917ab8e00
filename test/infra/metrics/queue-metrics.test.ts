import { expect, test } from 'vitest';
import { createMetrics } from '../../../infra/metrics/metrics.ts';

test('the queue of the fold is told by cause, and a cause that is done with is seen to be', async () => {
  const metrics = createMetrics({ processMetrics: false });
  metrics.queue([{ cause: 'price', portfolios: 1_000, keys: 1_200, oldestSeconds: 2.5 }]);
  metrics.otherFoldVersions(1);
  const { body } = await metrics.render();
  for (const line of [
    'chronofolio_dirty_keys{cause="price"} 1200',
    'chronofolio_dirty_keys{cause="transaction"} 0',
    'chronofolio_dirty_portfolios{cause="price"} 1000',
    'chronofolio_dirty_age_seconds{cause="price"} 2.5',
    'chronofolio_other_fold_versions 1',
  ])
    expect(body).toContain(`${line}\n`);
  metrics.queue([]);
  expect((await metrics.render()).body).toContain('chronofolio_dirty_keys{cause="price"} 0\n');
});
