import {
  DeadlineExceeded,
  eventLog,
  type Log,
  machine,
  Refusal,
  Unavailable,
} from "@headwater/core";
import {
  BadAnswer,
  BadInput,
  BodyTooLarge,
  BodyTooSlow,
  type InputIssue,
} from "@headwater/resilience";
import { type AdmissionCode, NotAdmitted } from "./admission.ts";
import { MediaTypeUnsupported } from "./media_type_unsupported.ts";
import { statusOfRefusal } from "./openapi/refusal_status.ts";
import { RateLimited } from "./rate_limited.ts";
import { secretHeader } from "./service_secret.ts";

/** RFC 9457; `type` and `title` follow from `code`. */
export type Problem = {
  readonly status: number;
  /** Kebab-case and stable: what a client decides by. */
  readonly code: string;
  /** For people; may change. */
  readonly detail: string;
  readonly correlationId: string;
  readonly errors?: readonly InputIssue[];
  /** Which of the limits on calls it was. */
  readonly limit?: machine.Limit | undefined;
};

export type ErrorContext = {
  readonly correlationId: string;
  /** The request carried If-Match: a conflict then means that the caller's knowledge is stale. */
  readonly ifMatch: boolean;
  /** Of the request, and of the deadline that it is answered under. */
  readonly signals: readonly (AbortSignal | undefined)[];
  readonly logger: Log;
};

const encoder = new TextEncoder();

const problemMediaType = "application/problem+json";

/** Beyond this many, more issues help nobody. */
const issuesShown = 100;

/** A problem document as an answer. */
export function problemResponse(
  problem: Problem,
  headers?: Readonly<Record<string, string>>,
): Response {
  const { status, code, detail, correlationId, errors, limit } = problem;
  const body = {
    type: `urn:headwater:problem:${code}`,
    title: titleOf(code),
    status,
    detail,
    code,
    correlationId,
    ...(errors && { errors }),
    ...(limit && { limit }),
  };
  const bytes = encoder.encode(JSON.stringify(body));
  // Not one by one into `Headers`: a refusal has to be cheap
  const answer = {
    ...headers,
    "Content-Type": problemMediaType,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Correlation-Id": correlationId,
    // Without it compression takes an answer for a long one
    "Content-Length": String(bytes.byteLength),
  };
  return new Response(bytes, { status, headers: answer });
}

/**
 * The answer to an error: the one place where errors become HTTP numbers. What is not an expected kind is a bug: it is
 * logged with the correlation id, and the client learns nothing but that id.
 */
export function errorResponse(error: unknown, context: ErrorContext): Response {
  const { headers, ...answer } = errorAnswer(error, context);
  return problemResponse({ ...answer, correlationId: context.correlationId }, headers);
}

/** What the answer to an error says. */
export type ErrorAnswer = Omit<Problem, "correlationId"> & {
  readonly headers?: Readonly<Record<string, string>>;
};

/** The same as `errorResponse`, for who sends no response. */
export function errorAnswer(error: unknown, context: ErrorContext): ErrorAnswer {
  if (error instanceof BadInput) {
    return {
      status: 400,
      code: "bad-input",
      detail: "The request does not fit: see errors",
      errors: error.issues.slice(0, issuesShown),
    };
  }
  if (error instanceof BodyTooLarge) {
    return { status: 413, code: "body-too-large", detail: error.message };
  }
  if (error instanceof BodyTooSlow) {
    return { status: 408, code: "body-too-slow", detail: error.message };
  }
  if (error instanceof MediaTypeUnsupported) {
    return {
      status: 415,
      code: "media-type-unsupported",
      detail: error.message,
      headers: { "Accept": "application/json", "Accept-Encoding": "identity" },
    };
  }
  if (error instanceof RateLimited) {
    const { message, options: { retryAfter, fields } } = error;
    const headers = { ...fields, "Retry-After": String(retryAfter) };
    return { status: 429, code: "rate-limit-exceeded", detail: message, headers };
  }
  if (error instanceof NotAdmitted) return answerToNotAdmitted(error);
  if (error instanceof Refusal) {
    return { status: statusOfRefusal(error.code), code: error.code, detail: error.message };
  }
  if (error instanceof eventLog.RevisionConflict) return answerToConflict(error, context);
  if (error instanceof Unavailable) return answerToUnavailable(error, context);
  if (error instanceof BadAnswer) {
    const { code, message, cause } = error;
    context.logger.warn(message, { correlationId: context.correlationId, code, error: cause });
    return { status: 502, code, detail: message };
  }
  if (error instanceof DeadlineExceeded) {
    context.logger.warn(error.message, { correlationId: context.correlationId });
    const { message: detail, limit } = error;
    return { status: 504, code: "deadline-exceeded", detail, limit };
  }
  if (Unavailable.isCauseOf(error)) {
    return answerToUnavailable(
      new Unavailable("Cannot answer: the database is not there at the moment", {
        code: "database-unavailable",
        cause: error,
      }),
      context,
    );
  }
  // Dropped by hand, or lost in a crash: whoever keeps it finds out and makes it again
  if (machine.isMissingTable(error)) {
    return answerToUnavailable(
      new Unavailable("Cannot answer: the read model is not there at the moment", {
        code: "read-model-unavailable",
        cause: error,
      }),
      context,
    );
  }
  if (context.signals.some((signal) => signal?.aborted && error === signal.reason)) {
    // Nobody is left to read this.
    const detail = "The request was aborted";
    return { status: 503, code: "request-aborted", detail, limit: "caller" };
  }
  if (DeadlineExceeded.isCauseOf(error)) {
    const { correlationId, logger } = context;
    logger.warn("Cannot answer a request: what it waits for takes too long", {
      ...{ correlationId, error },
    });
    return {
      status: 504,
      code: "deadline-exceeded",
      detail: "Cannot answer: what that takes was not there in time",
    };
  }
  context.logger.error("Cannot answer a request: unexpected error", {
    correlationId: context.correlationId,
    error,
  });
  return {
    status: 500,
    code: "internal-error",
    detail: "Something went wrong on our side; the correlation id leads to it in the log",
  };
}

const statusOfNotAdmitted: Readonly<Record<AdmissionCode, number>> = {
  "customer-foreign": 403,
  "host-foreign": 421,
  "login-failed": 403,
  "origin-foreign": 403,
  "role-missing": 403,
  "secret-wrong": 401,
  "token-missing": 401,
  "token-wrong": 401,
};

/** RFC 6750, 3: what to prove oneself with. */
const challenges: Partial<Record<AdmissionCode, string>> = {
  "secret-wrong": secretHeader,
  "token-missing": "Bearer",
  "token-wrong": 'Bearer error="invalid_token"',
};

function answerToNotAdmitted({ code, message }: NotAdmitted): ErrorAnswer {
  const challenge = challenges[code];
  return {
    status: statusOfNotAdmitted[code],
    code,
    detail: message,
    ...(challenge !== undefined && { headers: { "WWW-Authenticate": challenge } }),
  };
}

function answerToUnavailable(error: Unavailable, context: ErrorContext): ErrorAnswer {
  const { code, message, retryAfter, limit, cause } = error;
  if (cause !== undefined) {
    context.logger.warn(message, { correlationId: context.correlationId, code, error: cause });
  }
  return {
    status: 503,
    code,
    detail: message,
    limit,
    headers: code === "overloaded" ? overloadedHeaders(retryAfter) : retryHeaders(retryAfter),
  };
}

/** For proxies and clients that look at no bodies: there was too much to do. `retryAfter`: seconds. */
export function overloadedHeaders(retryAfter: number): Readonly<Record<string, string>> {
  return { ...retryHeaders(retryAfter), "X-Overloaded": "true" };
}

function retryHeaders(retryAfter: number): Readonly<Record<string, string>> {
  return { "Retry-After": String(Math.max(1, Math.ceil(retryAfter))) };
}

function answerToConflict(
  { expected, actual }: eventLog.RevisionConflict,
  context: ErrorContext,
): ErrorAnswer {
  if (context.ifMatch) {
    return {
      status: 412,
      code: "revision-stale",
      detail: `Cannot apply the command to ${stateOf(expected)}: it is now at ${
        actual === undefined ? "no revision" : `revision ${actual}`
      }`,
    };
  }
  return {
    status: 409,
    code: "revision-conflict",
    detail: "Cannot apply the command: others kept changing the same thing, send it again",
  };
}

function stateOf(expected: eventLog.RevisionConflict["expected"]): string {
  if (expected === "exists") return "what exists";
  return `revision ${
    typeof expected === "object" ? expected.join(" or ") || "of no kind" : expected
  }`;
}

function titleOf(code: string): string {
  const words = code.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
