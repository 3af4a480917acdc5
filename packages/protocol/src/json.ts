/**
 * A wire object together with its serialised text; each is made from the other on first use and kept.
 *
 * Lets a stored text travel to the client without being parsed, and a new object be serialised once for the store and for
 * the client. The value must not be changed once it is in here: the text would no longer match.
 */
export class Json<T> {
  #text: string | undefined;
  #value: T | undefined;

  private constructor(text: string | undefined, value: T | undefined) {
    this.#text = text;
    this.#value = value;
  }

  /** From a value that no one changes any more. */
  static of<T>(value: T): Json<T> {
    return new Json<T>(undefined, value);
  }

  /** From text that is known to be the JSON of a `T`. It is parsed when `value` is first read. */
  static parse<T>(text: string): Json<T> {
    return new Json<T>(text, undefined);
  }

  get text(): string {
    return (this.#text ??= JSON.stringify(this.#value));
  }

  get value(): T {
    return (this.#value ??= JSON.parse(this.#text as string) as T);
  }
}
