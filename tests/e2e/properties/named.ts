import type { World } from './world.ts';

/** Stands for something of the world in which a request is sent. */
export function named(name: keyof World): string {
  return `{${name}}`;
}

/** A text with the world's own ids in place of their names. */
export function fillIn(text: string, world: World): string {
  return text.replaceAll(/\{([a-z_]+)\}/g, (name, key: string) =>
    Object.hasOwn(world, key) ? world[key as keyof World] : name,
  );
}
