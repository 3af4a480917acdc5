/** @throws on a Node that lacks what the suite is written with. */
export function assertNode(): void {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return;
  throw new Error(`The conformance suite needs Node 22.18 or newer; this is Node ${node}.`);
}
