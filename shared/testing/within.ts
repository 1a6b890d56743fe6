/** What was waited for did not come. */
export class WaitedInVain extends Error {
  /** As it stands in logs. */
  override readonly name = "WaitedInVain";
}

/** Longer than anything takes that does not hang, also on a machine that is busy with other work. */
const usualMs = 60_000;

/**
 * The promise's outcome. When it has none in `ms` (default: 60 s) it rejects and says what was waited for; a function
 * says it at that moment.
 */
export async function within<Outcome>(
  what: string | (() => string),
  promise: PromiseLike<Outcome>,
  { ms = usualMs }: { readonly ms?: number } = {},
): Promise<Outcome> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const sought = typeof what === "string" ? what : what();
    late.reject(new WaitedInVain(`Cannot wait any longer than ${ms / 1_000} s for ${sought}`));
  }, ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
