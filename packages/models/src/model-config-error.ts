/** Providers or aliases that are set up wrong. `message` is one line for the operator. */
export class ModelConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ModelConfigError';
  }
}
