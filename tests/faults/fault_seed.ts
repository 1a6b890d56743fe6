/** HEADWATER_SEED alone where it is set, so that a failure can be looked at again; otherwise new ones in each run. */
export function seedsToTry(count: number): number[] {
  const given = Deno.env.get("HEADWATER_SEED");
  if (given) return [Number(given)];
  const first = Date.now() % 1_000_000;
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Says in the error which seed it happened with. */
export async function withSeed(seed: number, test: () => Promise<void>): Promise<void> {
  try {
    await test();
  } catch (error) {
    throw new Error(`It happened with HEADWATER_SEED=${seed}`, { cause: error });
  }
}
