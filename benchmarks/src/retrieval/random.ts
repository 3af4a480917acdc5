/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A vector of length 1. */
export function randomVector(dimensions: number, random: () => number): Float32Array {
  const vector = new Float32Array(dimensions);
  let squares = 0;
  for (let index = 0; index < dimensions; index++) {
    const value = random() + random() + random() - 1.5;
    vector[index] = value;
    squares += value * value;
  }
  const scale = 1 / Math.sqrt(squares);
  for (let index = 0; index < dimensions; index++) vector[index] = (vector[index] as number) * scale;
  return vector;
}

/** Words as often as those of a language: the second half as often as the first, and so on. */
export function randomText(words: number, random: () => number): string {
  const text: string[] = [];
  for (let left = words; left > 0; left--) text.push(randomWord(random), left % 14 === 0 ? '. ' : ' ');
  return text.join('');
}

export function randomWord(random: () => number): string {
  return nameOf(Math.floor(50_000 ** random()));
}

/** A word of two or more syllables. */
function nameOf(number: number): string {
  const [consonants, vowels] = ['bdfgklmnprstvz', 'aeiou'];
  let rest = number + 70;
  let name = '';
  for (; rest > 0; rest = Math.floor(rest / 70)) name += `${consonants[rest % 14]}${vowels[Math.floor(rest / 14) % 5]}`;
  return name;
}
