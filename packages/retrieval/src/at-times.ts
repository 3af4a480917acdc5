/** How often the same is said, in ms. */
const INTERVAL_MS = 60_000;

/** Lets a call through when the last that was let through is a minute ago. */
export function createAtTimes(): (call: () => void) => void {
  let last = -Infinity;
  return (call) => {
    const now = performance.now();
    if (now - last < INTERVAL_MS) return;
    last = now;
    call();
  };
}
