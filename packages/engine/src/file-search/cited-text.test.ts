import { describe, expect, it } from 'vitest';
import { CitedText, type TextPiece } from './cited-text.ts';

const FILES: Record<string, string> = { '4:0': 'file-a', '4:1': 'file-b', '5:0': 'file-a' };

function cited() {
  return new CitedText((search, chunk) => FILES[`${search}:${chunk}`] ?? null);
}

/** Adjacent ordinary pieces joined. */
function joined(pieces: TextPiece[]): TextPiece[] {
  const result: TextPiece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last?.fileId === null && piece.fileId === null)
      result[result.length - 1] = { ...last, text: last.text + piece.text };
    else result.push(piece);
  }
  return result;
}

function cutAt(text: string, ...places: number[]): string[] {
  return [0, ...places].map((start, index) => text.slice(start, places[index]));
}

const ANSWER =
  '😀 It is blue【4:0†notes.txt】, or red 【4:1†b【c.txt】【5:0†source】【9:9†none.txt】. 【4】 and 【4:0†';

const PIECES = [
  { text: '😀 It is blue', fileId: null },
  { text: '【4:0†notes.txt】', fileId: 'file-a' },
  // A bracket ends what might have become a marker.
  { text: ', or red 【4:1†b【c.txt】', fileId: null },
  { text: '【5:0†source】', fileId: 'file-a' },
  // Unknown numbers, and what is no marker, are text.
  { text: '【9:9†none.txt】. 【4】 and 【4:0†', fileId: null },
];

describe('CitedText', () => {
  it('finds markers in an answer that arrives at once', () => {
    const text = cited();
    expect(joined([...text.push(ANSWER), ...text.end()])).toEqual(PIECES);
  });

  it('finds the same wherever the answer is cut', () => {
    for (let first = 0; first <= ANSWER.length; first++) {
      for (let second = first; second <= ANSWER.length; second += 7) {
        const text = cited();
        const pieces = cutAt(ANSWER, first, second).flatMap((fragment) => text.push(fragment));
        expect(joined([...pieces, ...text.end()])).toEqual(PIECES);
      }
    }
  });

  it('holds back no more than what may become a marker', () => {
    const text = cited();
    expect(text.push('a【4:0')).toEqual([{ text: 'a', fileId: null }]);
    expect(text.push('x')).toEqual([{ text: '【4:0x', fileId: null }]);
    expect(text.push('【4:0†')).toEqual([]);
    expect(text.push('n'.repeat(301))).toEqual([{ text: `【4:0†${'n'.repeat(301)}`, fileId: null }]);
    expect(text.end()).toEqual([]);
  });
});
