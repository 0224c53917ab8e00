import { tickLanes } from './support/tick-load.ts';
import { readTicks } from '../projections/market/tick-messages.ts';
const N = 300_000;
const [lane] = tickLanes({ symbols: 100, ticks: N, batch: 5000, lanes: 1 });
const now = Date.now();
const cpu = () => { const c = process.cpuUsage(); return c.user + c.system; };
for (let round = 0; round < 5; round++) {
  const c0 = cpu(); let n = 0;
  for (const batch of lane!.batches) n += readTicks(batch.messages, now).ticks.length;
  console.log('read', ((cpu() - c0) / N).toFixed(2), n);
}
