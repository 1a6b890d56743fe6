/** More than any test takes beside others that keep the machine busy. */
const usualMs = 300_000;
const limitMs = Number(Deno.env.get("HEADWATER_TEST_LIMIT_MS") || usualMs);

/**
 * Loaded before each file of tests: what waits for ever fails its own test and no more, and the texts of all other
 * failures are printed. Waits have shorter limits of their own that say what they waited for; this one is for those
 * that were forgotten, and for loops that never let go.
 */
Object.assign(Deno, {
  test: Object.assign(limited(Deno.test), Deno.test, {
    only: limited(Deno.test.only),
    ignore: limited(Deno.test.ignore),
  }),
});

type Definition = Partial<Deno.TestDefinition>;
type Given = readonly (string | Definition | Deno.TestDefinition["fn"])[];

/** Deno's own test function, with a limit where the definition has none. */
function limited(register: (definition: Deno.TestDefinition) => void) {
  return (...given: Given): void => {
    const definition: Definition = { timeout: limitMs };
    for (const part of given) {
      if (typeof part === "string") definition.name = part;
      else if (typeof part === "function") definition.fn = part;
      else Object.assign(definition, part);
    }
    const { fn } = definition;
    if (fn) {
      definition.name ??= fn.name;
      // Where a report says the test is; Deno itself would name this file.
      const location = { value: callSite(), configurable: true };
      Object.defineProperty(fn, Symbol.for("Deno.test.location"), location);
    }
    register(definition as Deno.TestDefinition);
  };
}

/** "file:///….ts:12:6" of whoever called the function that calls this. */
function callSite(): string | undefined {
  const [, , , line] = new Error().stack?.split("\n") ?? [];
  return line?.match(/(file:.*:\d+:\d+)\)?$/)?.[1];
}
