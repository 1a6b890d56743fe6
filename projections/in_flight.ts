/** Does something for each item, of which so many are under way at once; rejects with the first that fails, when all have ended. */
export async function inFlight<Item>(
  items: readonly Item[],
  { atOnce }: { readonly atOnce: number },
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  async function goOn(): Promise<void> {
    for (const item of rest) await act(item);
  }
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, goOn));
  for (const end of ended) if (end.status === "rejected") throw end.reason;
}
