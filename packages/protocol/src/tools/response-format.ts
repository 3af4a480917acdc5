import { z } from 'zod';
import { JsonObject } from '../primitives/json-object.ts';
import { FunctionName } from './function-definition.ts';

/** The form of the model's answer; `auto` leaves it to the model. */
export const ResponseFormat = z.union([
  z.enum(['auto']),
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text') }),
    z.strictObject({ type: z.literal('json_object') }),
    z.strictObject({
      type: z.literal('json_schema'),
      json_schema: z.strictObject({
        name: FunctionName,
        description: z.string().exactOptional(),
        schema: JsonObject.exactOptional(),
        strict: z.boolean().nullable().exactOptional(),
      }),
    }),
  ]),
]);
export type ResponseFormat = z.infer<typeof ResponseFormat>;
