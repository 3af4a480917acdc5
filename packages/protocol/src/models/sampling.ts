import { z } from 'zod';

/** Sampling temperature, 0 to 2. */
export const Temperature = z.number().min(0).max(2);

/** Nucleus sampling mass, 0 to 1. */
export const TopP = z.number().min(0).max(1);
