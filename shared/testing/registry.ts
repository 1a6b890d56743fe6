/** Where the tests of a suite are put: `{ test: Deno.test }`, or with the `test` of `node:test`. */
export type Registry = {
  /** Takes a test by its name. */
  test(name: string, test: () => Promise<void>): void;
};
