/** What tells the exchange rates of one state of the books from those of another. */
import type { DefinitionReads } from '../definitions/definitions.ts';
import type { ReadModel, Version } from './read-model.ts';

interface RatedSource {
  readonly reader: { readonly definitions: DefinitionReads };
  readonly model: Pick<ReadModel, 'fxDigest'>;
  readonly version: Pick<Version, 'position'>;
}

/** Positions and sets of currencies remembered, of what changes with nearly every write. */
const MAX_KEPT = 64;
const digests = new WeakMap<DefinitionReads, Map<string, string>>();

/**
 * Differs whenever rates with one of the currencies do. Asked once for a position: whoever shows the same
 * position shows the same reply.
 */
export async function ratesDigest(
  { reader, model, version }: RatedSource,
  currencies: readonly string[],
): Promise<string> {
  const kept = digests.get(reader.definitions) ?? new Map<string, string>();
  digests.set(reader.definitions, kept);
  const key = [version.position, ...currencies].join(' ');
  const known = kept.get(key);
  if (known !== undefined) return known;
  // A state in which the rates have no digest of their own is told by its position alone.
  const digest = (await model.fxDigest(currencies)) || `at ${version.position}`;
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(key, digest);
  return digest;
}
