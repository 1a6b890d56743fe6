import fc from "fast-check";
import type { DescribedOperation, Parameter } from "./described_operations.ts";
import { damaged, hostileBodies, hostileHeaders, hostileTexts } from "./hostile_input.ts";
import { type KnownWords, schemaValues } from "./schema_values.ts";

/** How much of a request is as its description says: all, all but one thing, or what nobody means well. */
export type Kind = "valid" | "nearly valid" | "hostile" | "elsewhere";

/** A request as it is sent. */
export type ApiRequest = {
  readonly kind: Kind;
  /** Undefined: there is no such operation. */
  readonly operation: DescribedOperation | undefined;
  readonly method: string;
  /** With its query, as it stands in the request. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
};

/** What a request is made of, before it is put together. */
type Parts = {
  readonly path: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
};

/** Requests of all kinds for these operations. */
export function apiRequests(
  operations: readonly DescribedOperation[],
  wordsOf: (operation: DescribedOperation) => KnownWords,
): fc.Arbitrary<ApiRequest> {
  const byOperation = operations.map((operation) => {
    const valid = validParts(operation, wordsOf(operation));
    return fc.oneof(
      { weight: 5, arbitrary: valid.map((parts) => written("valid", { operation, parts })) },
      { weight: 3, arbitrary: nearlyValid(operation, valid) },
      { weight: 2, arbitrary: hostile(operation, valid) },
    );
  });
  return fc.oneof(
    { weight: 30, arbitrary: fc.oneof(...byOperation) },
    { weight: 1, arbitrary: elsewhere(operations) },
  );
}

function validParts(
  { parameters, body }: DescribedOperation,
  words: KnownWords,
): fc.Arbitrary<Parts> {
  function of(place: Parameter["in"]): fc.Arbitrary<Record<string, string>> {
    const own = parameters.filter((parameter) => parameter.in === place);
    return fc.record(
      Object.fromEntries(own.map(({ name, schema }) => [
        name,
        schemaValues(schema, { words, name }).map((value) =>
          // What else there is no client can send
          place === "header" ? String(value).replace(/[^\x20-\x7e]/g, "?") : String(value)
        ),
      ])),
      { requiredKeys: own.filter(({ required }) => required).map(({ name }) => name) },
    );
  }
  // Most requests have no headers of their own
  const none = fc.constant({});
  const headers = fc.oneof({ weight: 2, arbitrary: none }, { weight: 1, arbitrary: of("header") });
  return fc.record({
    path: of("path"),
    query: of("query").map((given) => Object.entries(given)),
    headers,
    body: body ? schemaValues(body, { words }) : fc.constant(undefined),
  });
}

/** One thing of it is not as it should be, or maybe is in another way. */
function nearlyValid(
  operation: DescribedOperation,
  valid: fc.Arbitrary<Parts>,
): fc.Arbitrary<ApiRequest> {
  const body = valid.chain((parts) =>
    damaged(parts.body).map((body): Parts => ({ ...parts, body }))
  );
  const query = fc.tuple(
    valid,
    fc.constantFrom("limit", "cursor", "customerId", "status", "from", "sku", "more"),
    hostileTexts,
  ).map(([parts, name, value]): Parts => ({ ...parts, query: [...parts.query, [name, value]] }));
  const headers = fc.tuple(valid, hostileHeaders).map(([parts, headers]): Parts => ({
    ...parts,
    headers: { ...parts.headers, ...headers },
  }));
  return fc.oneof(...(operation.body ? [body, body] : []), query, headers)
    .map((parts) => written("nearly valid", { operation, parts }));
}

function hostile(
  operation: DescribedOperation,
  valid: fc.Arbitrary<Parts>,
): fc.Arbitrary<ApiRequest> {
  const names = operation.parameters.filter((one) => one.in === "path").map(({ name }) => name);
  const paths = fc.tuple(valid, hostileTexts).map(([parts, text]) => ({
    ...written("hostile", { operation, parts }),
    target: operation.path.replace(/\{\w+\}/g, () => encoded(text)),
  }));
  const queries = fc.tuple(valid, fc.array(fc.tuple(hostileTexts, hostileTexts), { maxLength: 4 }))
    .map(([parts, query]) => written("hostile", { operation, parts: { ...parts, query } }));
  const bodies = fc.tuple(valid, hostileBodies).map(([parts, { body, headers }]) => ({
    ...written("hostile", { operation, parts: { ...parts, body: undefined } }),
    headers: { ...parts.headers, ...headers },
    ...(operation.method !== "GET" && { body }),
  }));
  return fc.oneof(...(names.length > 0 ? [paths] : []), queries, bodies);
}

/** Where there is nothing, or not with this method. */
function elsewhere(operations: readonly DescribedOperation[]): fc.Arbitrary<ApiRequest> {
  const methods = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
  const paths = fc.oneof(
    fc.constantFrom(...operations.map(({ path }) => path.replace(/\{\w+\}/g, "1"))),
    hostileTexts.map((text) => `/api/${encoded(text)}`),
    hostileTexts.map((text) => `/${encoded(text)}`),
  );
  return fc.record({ method: methods, target: paths }).map(({ method, target }) => ({
    kind: "elsewhere",
    // Whoever sends it knows whether it is one after all
    operation: undefined,
    ...{ method, target, headers: {} },
  }));
}

function written(
  kind: Kind,
  { operation, parts: { path, query, headers, body } }: {
    readonly operation: DescribedOperation;
    readonly parts: Parts;
  },
): ApiRequest {
  const search = query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join("&");
  const filled = operation.path.replace(/\{(\w+)\}/g, (_, name) => encoded(path[name] ?? ""));
  return {
    ...{ kind, operation, method: operation.method },
    target: search === "" ? filled : `${filled}?${search}`,
    headers: { ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}

/** What is encoded already, or in a wrong way, stays so. */
function encoded(text: string): string {
  return text.startsWith("%") ? text : encodeURIComponent(text.toWellFormed());
}
