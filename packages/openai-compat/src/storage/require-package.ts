import { createRequire } from 'node:module';

/** @throws `Error` that names the package when it is not installed. */
export function requirePackage(name: string, user: string): void {
  try {
    createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new Error(`${user} needs the package '${name}'. Add it: npm install ${name}`, { cause });
  }
}
