import { type Admission, NotAdmitted } from "./admission.ts";

/** With what the services of one application prove to each other that they belong to it. */
export const secretHeader = "X-Service-Secret";

const encoder = new TextEncoder();

/** Answers who has the secret. Probes, and who reads the metrics, need none: they come from the machine. */
export function withSecret(secret: string): Admission {
  const expected = encoder.encode(secret);
  return ({ url, headers }) => {
    const path = URL.parse(url)?.pathname;
    if (path === "/metrics" || path?.startsWith("/health/")) return;
    const given = headers.get(secretHeader);
    if (given !== null && isEqual(encoder.encode(given), expected)) return;
    throw new NotAdmitted(
      "secret-wrong",
      `Cannot answer: ${secretHeader} is ${
        given === null ? "missing" : "another one"
      }, allowed: this service's SERVICE_SECRET`,
    );
  };
}

/** Takes as long wherever the first difference is: it must not be found byte by byte. */
function isEqual(given: Uint8Array, expected: Uint8Array): boolean {
  if (given.length !== expected.length) return false;
  let difference = 0;
  for (const [index, byte] of expected.entries()) difference |= byte ^ given[index]!;
  return difference === 0;
}
