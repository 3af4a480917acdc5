import type { Service } from '@cogitator-ai/tests-services';

/** A store of its own for one test. */
export interface Store {
  /** What servers are given. */
  readonly url: string;
  /**
   * What the store holds of content that belongs to no file, for people.
   *
   * @param fileIds - The files there are.
   */
  findLeftovers(fileIds: ReadonlySet<string>): Promise<string[]>;
  /** Makes what a crash left behind as old as it must be to be removed at the next start. */
  ageLeftovers(): Promise<void>;
  remove(): Promise<void>;
}

/** A store that is a server. */
export interface ServerStore extends Store {
  readonly service: Service;
}
