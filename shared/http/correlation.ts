import { machine } from "@headwater/core";
import type { Context } from "hono";

export const correlationHeader = "X-Correlation-Id";

/** What a log line, a metadata field and a header can all carry without escaping. */
const saneId = /^[A-Za-z0-9._~:+\/=-]{1,128}$/;

/** Undefined: it is none that is to be kept. */
export function saneCorrelationId(given: string | undefined): string | undefined {
  return given !== undefined && saneId.test(given) ? given : undefined;
}

export type CorrelationVariables = {
  /** One id for everything that follows from one request of a client. */
  correlationId: string;
  /** Of the span in which it is answered; where nobody listens, as the client said it. */
  traceparent?: string;
};

/**
 * Gives a request its correlation id: the client's own `X-Correlation-Id` when it is sane (1 to 128 characters of
 * letters, digits and `._~:+/=-`), else a new one. A bad id is replaced, not refused: tracing must never stop a sale,
 * and the answer says which id was used.
 */
export function noteCorrelation(
  c: Context,
  { newId, tracer }: { readonly newId: () => string; readonly tracer: machine.Tracer },
): string {
  const correlationId = saneCorrelationId(c.req.header(correlationHeader)) ?? newId();
  c.set("correlationId", correlationId);
  const traceparent = tracer.current().traceparent ??
    machine.readTraceparent(c.req.header("traceparent"));
  if (traceparent !== undefined) c.set("traceparent", traceparent);
  return correlationId;
}
