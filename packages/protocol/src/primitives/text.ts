import { z } from 'zod';

/** A string of at most `max` characters (code points). */
export function text({ max }: { max: number }) {
  return z.string().check(({ value, issues }) => {
    if (isLongerThan(value, max))
      issues.push({ code: 'too_big', origin: 'string', maximum: max, inclusive: true, input: value });
  });
}

/** Whether `value` has more than `max` code points; those are counted only when its length leaves it open. */
export function isLongerThan(value: string, max: number): boolean {
  return value.length > max && characterCount(value) > max;
}

/** Number of code points. */
export function characterCount(value: string): number {
  let count = 0;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    const isPair = unit >= 0xd800 && unit <= 0xdbff && (value.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (isPair) i++;
    count++;
  }
  return count;
}
