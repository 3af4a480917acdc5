import { z } from 'zod';
import { missingParameter } from '../errors/error-texts.ts';
import { refusal } from '../errors/refusal.ts';
import { integer } from '../primitives/number.ts';

const Type = z.enum(['auto', 'last_messages']);

/** How much of the thread the model is given, as answers show it. */
export const TruncationStrategy = z.object({ type: Type, last_messages: z.int().nullable() });
export type TruncationStrategy = z.infer<typeof TruncationStrategy>;

/** The same in requests, where `last_messages` is needed only for the type of that name. */
export const TruncationStrategyParam = z
  .strictObject({ type: Type, last_messages: integer({ min: 1 }).nullish() })
  .check(({ value, issues }) => {
    if (value.type === 'last_messages' && value.last_messages == null) {
      issues.push(refusal(value, missingParameter, ['last_messages']));
    }
  });
export type TruncationStrategyParam = z.infer<typeof TruncationStrategyParam>;
