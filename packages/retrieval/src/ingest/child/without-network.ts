import { registerHooks } from 'node:module';

const NETWORK = /^(node:)?(_?http|_?tls|http2|https|net|dgram|dns|inspector)/;

/**
 * Takes away from this process what reaches the network. Node's permissions do so since Node 25; before that this is what there is,
 * and keeps a parser from fetching what a file names.
 */
export function withoutNetwork(): void {
  const refuse = (name: string): void => {
    if (NETWORK.test(name)) throw new Error('There is no network here.');
  };
  registerHooks({
    resolve(specifier, context, next) {
      refuse(specifier);
      return next(specifier, context);
    },
  });
  const getBuiltinModule = process.getBuiltinModule.bind(process);
  process.getBuiltinModule = (name: string) => {
    refuse(name);
    return getBuiltinModule(name);
  };
  for (const name of ['fetch', 'EventSource', 'WebSocket']) Reflect.deleteProperty(globalThis, name);
}
