/** The deepest fall within windows that move forward, each level being looked at a bounded number of times. */

/** Of a stretch of levels: enough to tell the deepest fall of two stretches put together. */
interface Stretch {
  readonly highest: number;
  readonly lowest: number;
  /** As a return: not above zero. */
  readonly deepest: number;
}

function joined(a: Stretch, b: Stretch): Stretch {
  return {
    highest: Math.max(a.highest, b.highest),
    lowest: Math.min(a.lowest, b.lowest),
    deepest: Math.min(a.deepest, b.deepest, b.lowest / a.highest - 1),
  };
}

function single(level: number): Stretch {
  return { highest: level, lowest: level, deepest: 0 };
}

/**
 * Asked with entries `start` to `end` (both included) of positive levels, neither of which may ever go back:
 * a queue made of two stacks, of which only the aggregates are kept.
 */
export function slidingDrawdown(levels: Float64Array): (start: number, end: number) => number {
  /** Of entries `i … turned − 1`, at the place `i − frontStart`. */
  let front: Stretch[] = [];
  let [frontStart, turned] = [0, 0];
  /** Of entries `turned … next − 1`. */
  let back: Stretch | undefined;
  let next = 0;
  const turn = (start: number): void => {
    front = [];
    for (let i = next - 1; i >= start; i--) {
      const [own, after] = [single(levels[i]!), front.at(-1)];
      front.push(after ? joined(own, after) : own);
    }
    front.reverse();
    [frontStart, turned, back] = [start, next, undefined];
  };
  return (start, end) => {
    for (; next <= end; next++) {
      const own = single(levels[next]!);
      back = back ? joined(back, own) : own;
    }
    if (start >= turned) turn(start);
    const ahead = front[start - frontStart]!;
    return back ? joined(ahead, back).deepest : ahead.deepest;
  };
}
