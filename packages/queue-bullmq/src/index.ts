export { openBullmqQueue } from './bullmq-queue.ts';
export type { BullmqQueue, BullmqQueueOptions } from './bullmq-queue.ts';
