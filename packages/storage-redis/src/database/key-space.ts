import { type EventStreamKey, isIdentifier, partitionOf, type RecordKey } from '@cogitator-ai/openai-storage';

/**
 * How keys are named. All keys of a partition share a hash tag, so they lie in one slot of a cluster:
 *
 * ```
 * openai:{thread_1}:thread/thread_1            a record, a hash
 * openai:{thread_1}:message/msg_1
 * openai:{thread_1}:run_step/run_1/step_1
 * openai:{thread_1}:message/                   the ids of a collection, a sorted set
 * openai:{thread_1}:message/?run_id            the same behind the value of a filter: run_1/msg_1
 * openai:{thread_1}:unique                     who holds which unique value, a hash
 * openai:{thread_1}:events/run_1               events, a stream; openai:{thread_1}:writer/run_1 how far it is
 * openai:{index}:all/thread                    indexes over all partitions, sorted sets
 * openai:{blob/file_1}                         a blob, a hash; openai:{blob/file_1}:UPLOAD/0 its chunks
 * ```
 */
export class KeySpace {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** What the keys of a partition begin with. */
  partition(name: string): string {
    // A text that cannot be an id names nothing; there is no such partition either.
    return `${this.#prefix}{${isIdentifier(name) ? name : '-'}}:`;
  }

  record(key: RecordKey): string {
    return this.partition(partitionOf(key)) + nameOf(key);
  }

  /** With an id behind it, the key of a record. */
  collection({ kind, path }: Pick<RecordKey, 'kind' | 'path'>): string {
    return `${this.partition(path[0] ?? kind)}${kind}/${ownersText(path)}`;
  }

  filter(collection: string, filter: string): string {
    return `${collection}?${filter}`;
  }

  unique(partition: string): string {
    return `${this.partition(partition)}unique`;
  }

  events({ partition, id }: EventStreamKey): string {
    return `${this.partition(partition)}events/${id}`;
  }

  writer({ partition, id }: EventStreamKey): string {
    return `${this.partition(partition)}writer/${id}`;
  }

  /** What spans partitions lies in one slot, and so has one clock. */
  index(name: string): string {
    return `${this.#prefix}{index}:${name}`;
  }

  blob(key: string): string {
    return `${this.#prefix}{blob/${key}}`;
  }

  chunk(key: string, upload: string, position: number): string {
    return `${this.blob(key)}:${upload}/${position}`;
  }
}

/** A record's name within its partition. The outermost owner is not repeated. */
function nameOf({ kind, path, id }: RecordKey): string {
  return `${kind}/${ownersText(path)}${id}`;
}

/** What the names of collections below a record have between their kind and the ids. */
export function ownedText({ path, id }: RecordKey): string {
  return ownersText([...path, id]);
}

function ownersText(path: readonly string[]): string {
  return path
    .slice(1)
    .map((owner) => `${owner}/`)
    .join('');
}
