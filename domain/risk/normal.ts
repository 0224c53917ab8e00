/** The standard normal distribution: its density and its quantiles. */

export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** Coefficients from the highest power down, to the digits that a float holds. */
const CENTRE = {
  above: [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
    1971.5909503065513, 133.14166789178438, 3.3871328727963665,
  ],
  below: [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
    687.1870074920579, 42.31333070160091, 1,
  ],
};
const TAIL = {
  above: [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  below: [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
};

/** Beyond it a third rational function would be needed, for probabilities that no statistic here asks for. */
const SMALLEST_PROBABILITY = 1e-10;

/**
 * The z below which a standard normal variable lies with a probability, to about 1e-15: M. J. Wichura,
 * Algorithm AS 241 (PPND16), Applied Statistics 37 (1988), for probabilities from 1e-10 to 1 − 1e-10.
 * @throws RangeError for others
 */
export function normalQuantile(probability: number): number {
  const smaller = Math.min(probability, 1 - probability);
  if (!(smaller >= SMALLEST_PROBABILITY)) throw new RangeError(`not a probability: ${probability}`);
  const distance = probability - 0.5;
  if (Math.abs(distance) <= 0.425) return distance * ratio(CENTRE, 0.425 ** 2 - distance * distance);
  const tail = ratio(TAIL, Math.sqrt(-Math.log(smaller)) - 1.6);
  return distance < 0 ? -tail : tail;
}

function ratio({ above, below }: typeof CENTRE, x: number): number {
  return polynomial(above, x) / polynomial(below, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((value, coefficient) => value * x + coefficient, 0);
}
