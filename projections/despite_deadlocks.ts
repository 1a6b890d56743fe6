const tries = 5;

/**
 * Does a statement again that PostgreSQL has ended because it and another one waited for each other: nothing of it was done.
 * Who marks letters by key meets those who try them in the order of the log.
 */
export async function despiteDeadlocks<Result>(act: () => PromiseLike<Result>): Promise<Result> {
  for (let attempt = 1;; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (!isDeadlock(error) || attempt === tries) throw error;
    }
  }
}

function isDeadlock(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "40P01";
}
