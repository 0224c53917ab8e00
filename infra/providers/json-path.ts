/** Dotted paths into JSON: `result.bars[*].t`, `[0]`, `data["p q"]` is not among them. */
import { ProviderError } from '../../projections/market/provider.ts';

type Step = { readonly key: string } | { readonly index: number } | 'all';

/** The values at a path, in the order of the document; none where the document is of another shape. */
export type JsonPath = (document: unknown) => unknown[];

const STEP = /\.?([^.[\]]+)|\[(\d+)\]|\[\*\]/gy;

/**
 * Reads a path: names by dots, `[3]` for an element, `[*]` for all of them. The empty path, or `$`, is the
 * document itself.
 * @throws ProviderError for anything else
 */
export function jsonPath(text: string): JsonPath {
  const steps = stepsOf(text);
  return (document) => steps.reduce<unknown[]>(follow, [document]);
}

function stepsOf(text: string): Step[] {
  const path = text.replace(/^\$\.?/, '');
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (!match)
      throw new ProviderError('bad_provider', `${JSON.stringify(text)} is not a path such as data[*].price`);
    const [, key, index] = match;
    steps.push(key !== undefined ? { key } : index !== undefined ? { index: Number(index) } : 'all');
  }
  return steps;
}

function follow(values: unknown[], step: Step): unknown[] {
  return values.flatMap((value): unknown[] => {
    if (typeof value !== 'object' || value === null) return [];
    if (step === 'all') return Array.isArray(value) ? (value as unknown[]) : Object.values(value);
    const name = 'key' in step ? step.key : String(step.index);
    if (!Object.hasOwn(value, name)) return [];
    // An element's value may be an array itself: wrapped, so that it stays one.
    return [Reflect.get(value, name) as unknown];
  });
}
