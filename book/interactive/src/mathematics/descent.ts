// Gradient descent on the negative log-likelihood of a Gaussian, as in section 1.4. Pure functions; tested against Keras's
// SGD by tests/browser/test_descent_mathematics.py.

/** What the loss knows of the data: their mean and their standard deviation. */
export interface Data {
  mean: number;
  std: number;
}

/** The latitudes of section 1.4 in radians, to four decimals. */
export const LATITUDES: Data = { mean: 0.0292, std: 1.0181 };

/** How many of the unit make a radian. */
export const UNITS = {
  radians: { title: "radians", size: 1 },
  quarters: { title: "22.5 degrees", size: 8 / Math.PI },
  tens: { title: "10 degrees", size: 18 / Math.PI },
} as const;

export type Unit = keyof typeof UNITS;

export function inUnit({ mean, std }: Data, unit: Unit): Data {
  const { size } = UNITS[unit];
  return { mean: mean * size, std: std * size };
}

/** The two parameters; the logarithm may be any number, so no step makes the standard deviation negative. */
export interface Place {
  mean: number;
  logStd: number;
}

/** The mean negative log-likelihood. */
export function loss({ mean, logStd }: Place, data: Data): number {
  const squares = (mean - data.mean) ** 2 + data.std ** 2;
  return logStd + (squares * Math.exp(-2 * logStd)) / 2 + Math.log(2 * Math.PI) / 2;
}

/** The least loss, at the data's own mean and standard deviation. */
export function leastLoss(data: Data): number {
  return loss({ mean: data.mean, logStd: Math.log(data.std) }, data);
}

/** The derivatives of the loss with respect to both parameters. */
export function gradient({ mean, logStd }: Place, data: Data): Place {
  const precision = Math.exp(-2 * logStd);
  const squares = (mean - data.mean) ** 2 + data.std ** 2;
  return { mean: (mean - data.mean) * precision, logStd: 1 - squares * precision };
}

/** The places from the start on, one more than there are steps. They may be far away, but never become infinite. */
export function descend(start: Place, rate: number, momentum: number, steps: number, data: Data): Place[] {
  const path = [start];
  let place = start;
  let velocity = { mean: 0, logStd: 0 };
  for (let step = 0; step < steps; step++) {
    const slope = gradient(place, data);
    velocity = {
      mean: momentum * velocity.mean - rate * slope.mean,
      logStd: momentum * velocity.logStd - rate * slope.logStd,
    };
    place = { mean: place.mean + velocity.mean, logStd: place.logStd + velocity.logStd };
    path.push(place);
  }
  return path;
}

/** How far from the data's mean the loss has some height, for a standard deviation; undefined if it is above everywhere. */
export function distanceAt(height: number, logStd: number, data: Data): number | undefined {
  const squares = 2 * Math.exp(2 * logStd) * (height - logStd - Math.log(2 * Math.PI) / 2) - data.std ** 2;
  return squares < 0 ? undefined : Math.sqrt(squares);
}
