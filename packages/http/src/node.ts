export { serve } from './node/serve.ts';
export type { ServeOptions, Serving } from './node/serve.ts';
