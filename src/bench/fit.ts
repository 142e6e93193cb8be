// Lines through measured points.

/** The slope of the line through the origin with the least squares. */
export function slopeThroughOrigin(x: readonly number[], y: readonly number[]): number {
  return dot(x, y) / dot(x, x);
}

/** The slope of the line with the least squares. */
export function slope(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  const fromMean = x.map((value) => value - meanX);
  return (
    dot(
      fromMean,
      y.map((value) => value - meanY),
    ) / dot(fromMean, fromMean)
  );
}

/** The k of y ∝ x^k: the slope on two logarithmic axes. All values above 0. */
export function exponent(x: readonly number[], y: readonly number[]): number {
  return slope(x.map(Math.log), y.map(Math.log));
}

function dot(x: readonly number[], y: readonly number[]): number {
  return x.reduce((sum, value, i) => sum + value * y[i], 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
