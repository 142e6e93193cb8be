// What counting sees of a row: its tokens, and the runs of neighbours up to a length.

/** Every run of 1 to `order` tokens, as often as it stands there. */
export function ngramFeatures(row: readonly string[], order: number): string[] {
  const features: string[] = [];
  for (let n = 1; n <= order; n++) {
    for (let i = 0; i + n <= row.length; i++) features.push(n === 1 ? row[i] : row.slice(i, i + n).join('\u0000'));
  }
  return features;
}
