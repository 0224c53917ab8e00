/**
 * A process that appends as fast as it can from a number of concurrent callers, each to a stream of its
 * own. Told what to do by its one argument; says `ready`, waits for `go`, and reports what it did.
 */
import type { NewEvent } from '../../domain/log.ts';
import { type AppenderKind, openAppender } from './appender.ts';

export interface AppendLoad {
  readonly url: string;
  readonly kind: AppenderKind;
  readonly callers: number;
  /** Events in one append. */
  readonly size: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export interface AppendReport {
  readonly appends: number;
  readonly seconds: number;
}

function transaction(number: number): NewEvent {
  return {
    type: 'TransactionRecorded',
    data: {
      transaction_id: `TXN_${process.pid}_${number}`,
      portfolio_id: 'PORT_001',
      security_id: 'SEC_AAPL',
      transaction_date: '2025-08-15T10:00:00.000000Z',
      transaction_type: 'BUY',
      quantity: '100',
      price: '150.25',
      gross_transaction_amount: '15025.00',
      trade_fee: '5.00',
      taxes: '0',
      accrued_interest: '0',
      currency: 'USD',
    },
    effectiveAt: '2025-08-15T10:00:00.000000Z',
    metadata: { source: 'http', correlation_id: '0198b0a5-6c0e-7d7f-8f3e-5f2f4f3f2f1f' },
  };
}

async function run(load: AppendLoad): Promise<void> {
  const appender = openAppender(load.kind, load.url, load.callers);
  let number = 0;
  let appends = 0;
  const versions = Array.from({ length: load.callers }, () => 0);

  async function call(caller: number, until: number): Promise<void> {
    const streamId = `transactions-PORT_${process.pid}-SEC_${caller}`;
    while (performance.now() < until) {
      const events = Array.from({ length: load.size }, () => transaction(number++));
      const version = versions[caller]!;
      await appender.append(streamId, version, events, `transaction:TXN_${process.pid}_${number}`);
      versions[caller] = version + load.size;
      appends += 1;
    }
  }
  async function callAll(milliseconds: number): Promise<AppendReport> {
    const [before, started] = [appends, performance.now()];
    await Promise.all(versions.map((_, caller) => call(caller, started + milliseconds)));
    return { appends: appends - before, seconds: (performance.now() - started) / 1000 };
  }

  await callAll(load.warmUpMs);
  process.send?.('ready');
  await new Promise((resolve) => process.once('message', resolve));
  process.send?.(await callAll(load.measureMs));
  await appender.close();
  process.disconnect();
}

const [argument] = process.argv.slice(2);
if (argument !== undefined) await run(JSON.parse(argument) as AppendLoad);
