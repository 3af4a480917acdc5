import { openaiV4 } from './openai-v4.ts';
import { openaiV5 } from './openai-v5.ts';
import { openaiV6 } from './openai-v6.ts';
import { openaiV7 } from './openai-v7.ts';
import type { Sdk } from './sdk.ts';

/** The supported majors, for `describe.each`. */
export const EVERY_SDK: readonly Sdk[] = [openaiV4, openaiV5, openaiV6, openaiV7];
