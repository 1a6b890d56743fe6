import type { CommandAnswer, CommandMessage, Refused, SentCommand } from "./command_message.ts";
import type { ServiceClient } from "./service_client.ts";

/** What headers carry, and how much a service reads: what one way to it cannot take, none does. */
const carried = /^[\t\x20-\x7e\x80-\xff]*$/;
const mostBytes = 1024 * 1024;
/** Of UTF-8, for a unit of a string. */
const mostBytesOfUnit = 3;
const utf8 = new TextEncoder();

/**
 * Sends a command to a service: without a request where the client can, and with the same answers.
 * Throws `TypeError` at once for what cannot be sent. Errors: those of the client.
 */
export function sendCommand(
  client: Pick<ServiceClient, "call" | "send">,
  { service, ...sent }: SentCommand & { readonly service: string },
): Promise<CommandAnswer> {
  refuseUnsendable(sent.message);
  return client.send
    ? client.send(service, sent)
    : client.call(service, requestOf(service, sent)).then(answerIn);
}

function refuseUnsendable({ data, actor, correlationId }: CommandMessage): void {
  for (const text of [actor, correlationId]) {
    if (!carried.test(text)) {
      throw new TypeError(`Cannot send a command: no header takes "${text}"`);
    }
  }
  const mayBeTooLarge = data.length * mostBytesOfUnit > mostBytes;
  if (mayBeTooLarge && utf8.encode(data).byteLength > mostBytes) {
    throw new TypeError(`Cannot send a command: its data has more than ${mostBytes} bytes`);
  }
}

async function answerIn(response: Response): Promise<CommandAnswer> {
  const { ok, status } = response;
  if (!ok) return { isTaken: false, status, ...refusedIn(await response.text(), status) };
  await response.body?.cancel();
  const position = response.headers.get("X-Position");
  return { isTaken: true, position: position === null ? undefined : Number(position) };
}

function requestOf(service: string, { message, signal }: SentCommand): Request {
  const { type, data, key, correlationId, causationId, actor, traceparent } = message;
  return new Request(`http://${service}/commands/${type}`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "Idempotency-Key": key,
      "X-Correlation-Id": correlationId,
      "X-Actor": actor,
      ...(causationId !== undefined && { "X-Causation-Id": causationId }),
      ...(traceparent !== undefined && { traceparent }),
    },
    body: data,
    signal,
  });
}

const longestDetail = 200;

/** What the text of an answer says of why something was not done. */
export function refusedIn(text: string, status: number): Refused {
  const problem = jsonIn(text);
  if (typeof problem !== "object" || problem === null || !("code" in problem)) {
    return { code: `http-${status}`, detail: text.slice(0, longestDetail), isProblem: false };
  }
  const detail = "detail" in problem ? String(problem.detail) : "";
  return { code: String(problem.code), detail, isProblem: true };
}

/** Undefined: it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
