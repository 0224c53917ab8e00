/** Messages and answers to ticks, by the paths of the file of providers. */
import type { RawTick } from '../../projections/market/provider.ts';
import { jsonPath } from './json-path.ts';
import type { JsonPath } from './json-path.ts';
import { decimalText, timeMs } from './values.ts';
import type { TimeUnit } from './values.ts';

export interface TickMapping {
  readonly rows: string;
  readonly fields: {
    readonly price: string;
    readonly symbol?: string | undefined;
    readonly timestamp?: string | undefined;
    readonly volume?: string | undefined;
    readonly bid?: string | undefined;
    readonly ask?: string | undefined;
  };
  readonly timeUnit: TimeUnit;
  /** How our symbols are called there. */
  readonly symbols: Readonly<Record<string, string>>;
}

export interface TickContext {
  /** Of what holds no symbol itself. */
  readonly symbol: string | undefined;
  /** Unix milliseconds: the time of what holds none itself. */
  readonly receivedAt: number;
}

/** The ticks of a document. What has no price, such as a greeting, is none. */
export type TickReader = (document: unknown, context: TickContext) => RawTick[];

export function tickReader({ rows, fields, timeUnit, symbols }: TickMapping): TickReader {
  const rowPath = jsonPath(rows);
  const optional = (path: string | undefined): JsonPath | undefined =>
    path === undefined ? undefined : jsonPath(path);
  const price = jsonPath(fields.price);
  const symbol = optional(fields.symbol);
  const timestamp = optional(fields.timestamp);
  const [volume, bid, ask] = [optional(fields.volume), optional(fields.bid), optional(fields.ask)];
  const ours = new Map(Object.entries(symbols).map(([own, theirs]) => [theirs, own]));

  return (document, context) =>
    rowPath(document).flatMap((row): RawTick[] => {
      const [paid] = price(row);
      if (paid === undefined || paid === null) return [];
      const named = symbol ? symbol(row)[0] : context.symbol;
      const at = timestamp ? timestamp(row)[0] : context.receivedAt;
      return [
        {
          symbol: typeof named === 'string' ? (ours.get(named) ?? named) : named,
          price: figure(paid),
          timestamp: timeMs(at, timestamp ? timeUnit : 'ms') ?? at,
          ...figures({ volume: volume?.(row)[0], bid: bid?.(row)[0], ask: ask?.(row)[0] }),
        },
      ];
    });
}

/** Plain decimal text where it can be that; what it is otherwise, for the rules to refuse. */
function figure(value: unknown): unknown {
  return decimalText(value) ?? value;
}

function figures(values: Readonly<Record<'volume' | 'bid' | 'ask', unknown>>): Partial<RawTick> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined || value === null ? [] : [[name, figure(value)]],
    ),
  );
}
