/** Hands out values that count how often anybody looks into them, however deep. */
export class Counter {
  looks = 0;
  /** By what they stand for; those that were handed out stand for themselves. */
  readonly #handedOut = new WeakMap<object, object>();

  /** The value, counted; what a function makes of its parts may be given again. */
  counted<Value>(value: Value): Value;
  counted(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const known = this.#handedOut.get(value);
    if (known) return known;
    const counted = value instanceof Map || value instanceof Set
      ? this.#collection(value)
      : this.#object(value);
    this.#handedOut.set(value, counted);
    this.#handedOut.set(counted, counted);
    return counted;
  }

  #object(value: object): object {
    // What is frozen may not be shown with other parts than its own.
    const target = Object.isFrozen(value)
      ? Object.assign(
        Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value)),
        value,
      )
      : value;
    return new Proxy(target, {
      get: (of, name, receiver) => {
        this.looks += 1;
        const part = Reflect.get(of, name, receiver);
        return typeof part === "function" ? part : this.counted(part);
      },
      has: (of, name) => {
        this.looks += 1;
        return Reflect.has(of, name);
      },
      ownKeys: (of) => {
        const keys = Reflect.ownKeys(of);
        this.looks += keys.length;
        return keys;
      },
    });
  }

  /** Going through it counts as many looks as it has entries, one entry's being asked for counts one. */
  #collection(value: Map<unknown, unknown> | Set<unknown>): object {
    return new Proxy(value, {
      get: (of, name) => {
        const part = Reflect.get(of, name, of);
        if (typeof part !== "function") return part;
        const goesThrough = ["entries", "forEach", "keys", "values", Symbol.iterator].includes(
          name,
        );
        return (...given: unknown[]) => {
          this.looks += goesThrough ? of.size : 1;
          const result = part.apply(of, given);
          return name === "get" ? this.counted(result) : result;
        };
      },
    });
  }
}
