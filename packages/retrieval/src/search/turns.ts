/** How long the event loop may stand still for, in ms. */
const TURN_MS = 8;

/**
 * Shares the event loop between long computations: whoever finds the turn over waits for the next, of which there is one in each
 * round of the loop, however many compute at the same time.
 */
export interface Turns {
  /** Whether it is time to wait for the next turn. */
  isOver(): boolean;
  next(): Promise<void>;
}

export function createTurns(): Turns {
  const waiting: (() => void)[] = [];
  let endsAt = 0;

  function advance(): void {
    endsAt = performance.now() + TURN_MS;
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(advance);
  }

  return {
    isOver: () => performance.now() > endsAt,

    next: () =>
      new Promise((resolve) => {
        if (waiting.push(resolve) === 1) setImmediate(advance);
      }),
  };
}
