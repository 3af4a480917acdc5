import { ModelConfigError } from '../model-config-error.ts';

/**
 * Other names of models, each with the model it finally stands for: an alias may name another one,
 * and one that names itself changes nothing.
 *
 * @throws {@link ModelConfigError} for aliases that lead back to themselves.
 */
export function resolveAliases(aliases: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const targets = new Map(Object.entries(aliases));
  const follow = (alias: string): string => {
    const seen = new Set<string>();
    let name = alias;
    for (let target = targets.get(name); target !== undefined && target !== name; target = targets.get(name)) {
      if (seen.has(target)) throw new ModelConfigError(`The model alias '${alias}' leads to itself.`);
      seen.add(target);
      name = target;
    }
    return name;
  };
  return new Map([...targets.keys()].map((alias) => [alias, follow(alias)]));
}
