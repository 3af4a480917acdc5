/** Memory at one moment. */
export interface Sample {
  /** In ms. */
  readonly at: number;
  readonly bytes: number;
}

/** How memory grows over the second half of the samples, by the least squares, in MB a minute. */
export function memoryGrowth(samples: readonly Sample[]): number {
  const half = samples.slice(Math.floor(samples.length / 2));
  const mean = (pick: (sample: Sample) => number): number =>
    half.reduce((sum, each) => sum + pick(each), 0) / half.length;
  const [meanAt, meanBytes] = [mean(({ at }) => at), mean(({ bytes }) => bytes)];
  const covariance = half.reduce((sum, { at, bytes }) => sum + (at - meanAt) * (bytes - meanBytes), 0);
  const variance = half.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  return ((covariance / variance) * 60_000) / 2 ** 20;
}
