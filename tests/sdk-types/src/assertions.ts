/** Fails to compile unless every `Actual` is an `Expected`; the error names the property that differs. */
export type Assignable<Expected, Actual extends Expected> = Actual;

/** Fails to compile unless both are the same type. */
export type Same<Expected, Actual extends (Identical<Actual, Expected> extends true ? unknown : Expected)> = Actual;

type Identical<A, B> = [A, B] extends [B, A] ? true : false;

/** What a schema takes. */
export type InputOf<Schema extends { '~standard': { types?: { input: unknown } | undefined } }> = NonNullable<
  Schema['~standard']['types']
>['input'];

/** Paths of keys that `Theirs` may hold and `Ours` does not know, such as `.thread.messages[].name`. */
export type UnknownKeys<Theirs, Ours, Path extends string = ''> = Theirs extends readonly (infer Item)[]
  ? UnknownKeys<Item, ItemOf<Ours>, `${Path}[]`>
  : Theirs extends object
    ? string extends keyof Theirs
      ? never
      : {
          [Key in keyof Theirs & string]-?: Key extends KeyOf<Ours>
            ? UnknownKeys<NonNullable<Theirs[Key]>, ValueOf<Ours, Key>, `${Path}.${Key}`>
            : `${Path}.${Key}`;
        }[keyof Theirs & string]
    : never;

type ItemOf<Type> = Type extends readonly (infer Item)[] ? Item : never;
type KeyOf<Type> = Type extends object ? keyof Type : never;
type ValueOf<Type, Key> = Type extends object ? (Key extends keyof Type ? NonNullable<Type[Key]> : never) : never;
