/** A stored segment that cannot be read: damaged, cut off, or of a form that this version does not know. */
export class SegmentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SegmentError';
  }
}
