import { type Admission, NotAdmitted } from "./admission.ts";

/** With what the services of one application prove to each other that they belong to it. */
export const secretHeader = "X-Service-Secret";

const encoder = new TextEncoder();

/** Answers who has the secret. Probes, and who reads the metrics, need none: they come from the machine. */
export function withSecret(secret: string): Admission {
  const admitKnowing = knowsSecret(secret);
  return (request) => {
    const path = URL.parse(request.url)?.pathname;
    if (path === "/metrics" || path?.startsWith("/health/")) return;
    return admitKnowing(request);
  };
}

/** Answers who has the secret, whatever they ask for. */
export function knowsSecret(secret: string): Admission {
  return ({ headers }) => {
    const given = headers.get(secretHeader);
    if (given !== null && isSecret(given, secret)) return;
    throw new NotAdmitted(
      "secret-wrong",
      `Cannot answer: ${secretHeader} is ${
        given === null ? "missing" : "another one"
      }, allowed: this service's SERVICE_SECRET`,
    );
  };
}

/** Takes as long wherever the first difference is: it must not be found byte by byte. */
export function isSecret(text: string, secret: string): boolean {
  const [given, expected] = [encoder.encode(text), encoder.encode(secret)];
  if (given.length !== expected.length) return false;
  let difference = 0;
  for (const [index, byte] of expected.entries()) difference |= byte ^ given[index]!;
  return difference === 0;
}
