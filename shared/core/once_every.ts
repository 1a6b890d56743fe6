/**
 * Whether something is worth a word: true for each `what`, and again for the same one when `ms` have passed since it was
 * told. For a log of troubles that may last and take turns.
 */
export function onceEvery(
  ms: number,
  { now = () => performance.now() }: { now?(): number } = {},
): (what: string) => boolean {
  const told = new Map<string, number>();
  return (what) => {
    const at = now();
    for (const [each, toldAt] of told) if (at - toldAt >= ms) told.delete(each);
    if (told.has(what)) return false;
    told.set(what, at);
    return true;
  };
}
