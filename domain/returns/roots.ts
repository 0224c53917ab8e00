/** Numerical search on floats: a zero between two points, a minimum between two points. */

/**
 * The zero of `f` between two points at which its signs differ, by Brent's method (R. P. Brent,
 * Algorithms for Minimization without Derivatives, 1973, chapter 4): inverse interpolation where it
 * makes progress, bisection where it does not, to the last bits of a float.
 */
export function brent(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  let [fa, fb] = [f(a), f(b)];
  if (fa === 0) return a;
  let [c, fc] = [a, fa];
  let step = b - a;
  let lastStep = step;
  for (let i = 0; i < 200; i++) {
    if (fb < 0 === fc < 0) {
      [c, fc] = [a, fa];
      step = lastStep = b - a;
    }
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b, c] = [b, c, b];
      [fa, fb, fc] = [fb, fc, fb];
    }
    const tolerance = 2 * Number.EPSILON * Math.abs(b) + 1e-17;
    const half = (c - b) / 2;
    if (fb === 0 || Math.abs(half) <= tolerance) return b;
    const proposed = Math.abs(fa) > Math.abs(fb) ? interpolate(a, b, c, fa, fb, fc) : Infinity;
    const limit = Math.min(Math.abs(1.5 * half), Math.abs(lastStep) / 2);
    if (
      Math.abs(lastStep) >= tolerance &&
      Math.sign(proposed) === Math.sign(half) &&
      Math.abs(proposed) < limit
    )
      [lastStep, step] = [step, proposed];
    else step = lastStep = half;
    [a, fa] = [b, fb];
    b += Math.abs(step) > tolerance ? step : Math.sign(half) * tolerance;
    fb = f(b);
  }
  return b;
}

/** The step from `b` to the zero of a line or an inverse parabola through the points. */
function interpolate(a: number, b: number, c: number, fa: number, fb: number, fc: number): number {
  const s = fb / fa;
  if (a === c) return (-(c - b) * s) / (1 - s);
  const [q, r] = [fa / fc, fb / fc];
  const p = s * ((c - b) * q * (q - r) - (b - a) * (r - 1));
  return -p / ((q - 1) * (r - 1) * (s - 1));
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** A point between `low` and `high` where `f` is below zero if one is met, else its lowest point. */
export function lowestPoint(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  let [left, right] = [b - GOLDEN * (b - a), a + GOLDEN * (b - a)];
  let [fl, fr] = [f(left), f(right)];
  for (let i = 0; i < 80 && fl >= 0 && fr >= 0; i++) {
    if (fl < fr) {
      [b, right, fr] = [right, left, fl];
      left = b - GOLDEN * (b - a);
      fl = f(left);
    } else {
      [a, left, fl] = [left, right, fr];
      right = a + GOLDEN * (b - a);
      fr = f(right);
    }
  }
  return fl < fr ? left : right;
}
