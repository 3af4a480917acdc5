export { AppendQueue, type WriteBatches } from './driver/append-queue.ts';
export { EventSubscriptions, type ReadEvents } from './driver/event-subscriptions.ts';
export { inChunks } from './driver/in-chunks.ts';
export { toLogged } from './driver/to-logged.ts';
export { untilAborted } from './driver/until-aborted.ts';
