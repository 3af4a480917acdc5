import type { ChildFailure } from './frames.ts';

/** The file cannot be read, for a reason that its owner is told. */
export class FileFailure extends Error {
  readonly failure: ChildFailure;

  constructor(failure: ChildFailure) {
    super(failure.message);
    this.name = 'FileFailure';
    this.failure = failure;
  }
}

export function unsupported(): FileFailure {
  return new FileFailure({ code: 'unsupported_file', message: 'The file type is not supported.' });
}

export function unparsable(): FileFailure {
  return new FileFailure({ code: 'invalid_file', message: 'The file could not be parsed.' });
}

export function tooLarge(): FileFailure {
  return new FileFailure({
    code: 'invalid_file',
    message: 'The file could not be parsed because it is too large.',
  });
}

export function withoutText(): FileFailure {
  return new FileFailure({ code: 'invalid_file', message: 'The file has no text.' });
}
