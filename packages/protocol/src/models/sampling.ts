import { decimal } from '../primitives/number.ts';

/** Sampling temperature, 0 to 2. */
export const Temperature = decimal({ min: 0, max: 2 });

/** Nucleus sampling mass, 0 to 1. */
export const TopP = decimal({ min: 0, max: 1 });
