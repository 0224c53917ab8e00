/** The demo's generator with as many portfolios as a bench asks for, brought in as an import would. */
import type { App } from '../../cli/app.ts';
import type { DemoOptions } from '../../cli/demo/generator.ts';
import { generateDemo } from '../../cli/demo/generator.ts';
import { demoSources } from '../../cli/demo/load.ts';
import { planImport } from '../../commands/import/plan.ts';

/** Imports and does not project. */
export async function loadScaledDemo(app: App, portfolios: number, options: Partial<DemoOptions> = {}) {
  const data = generateDemo({ portfolios, ...options });
  const plan = await planImport(demoSources(data), { log: app.log, clock: app.now });
  const report = await plan.apply();
  if (!report.committed) throw new Error(`the demo was refused: ${JSON.stringify(report.problems[0])}`);
  return data;
}
