/** In a measured process: says where it listens, and from then on what it has used. */
export function reportUsage(origin: string): void {
  process.send?.(origin);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system, rss: process.memoryUsage.rss() });
  });
  process.on('disconnect', () => process.exit());
}
