/** True when a table is not there: never made, dropped by hand, or lost with the last commits of a crashed server. */
export function isMissingTable(error: unknown): boolean {
  return codeOf(error) === "42P01" || (error instanceof Error && codeOf(error.cause) === "42P01");
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
