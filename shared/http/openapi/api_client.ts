import type { z } from "zod";
import { ApiProblem } from "./api_problem.ts";
import type { OpenApi } from "./open_api.ts";

/**
 * What `declare` was given, as far as a client needs it.
 * @internal
 */
export type ClientOperation = {
  readonly operation?: string | undefined;
  readonly params?: Readonly<Record<string, z.ZodType>> | undefined;
  readonly body?: z.ZodType | undefined;
  readonly answer?: z.ZodType | undefined;
};

/**
 * What an operation is asked with.
 * @internal
 */
export type Asked<Operation extends ClientOperation> =
  & (Operation extends { readonly params: infer Params extends Record<string, z.ZodType> }
    ? { readonly params: { readonly [Name in keyof Params]: z.input<Params[Name]> } }
    : unknown)
  & (Operation extends { readonly body: infer Body extends z.ZodType }
    ? { readonly body: z.input<Body> }
    : unknown)
  & AskedOfAll;

/**
 * What every operation may be asked with.
 * @internal
 */
export type AskedOfAll = {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent again with the same one a command has one effect; default: a new one. */
  readonly key?: string;
  /** The revision that it has to be at. */
  readonly ifMatch?: number;
  /** The position of an earlier answer, which the read model has to have reached. */
  readonly after?: number;
  /** Seconds to wait for that; default: 2. */
  readonly wait?: number;
};

/**
 * An answer that is no problem.
 * @internal
 */
export type ApiAnswer<Body> = {
  readonly status: number;
  readonly body: Body;
  /** Of what a command was done to; undefined: it is not told. */
  readonly revision: number | undefined;
  /** How far in the log it is: for `after`. */
  readonly position: number | undefined;
  readonly headers: Headers;
};

/** An API as functions, by the names of its operations: what they take and give follows from what routes declare. */
export type ApiClient<Operations extends Readonly<Record<string, ClientOperation>>> = {
  readonly [Operation in Operations[keyof Operations] as Operation["operation"] & string]: (
    asked: Asked<Operation>,
  ) => Promise<
    ApiAnswer<
      Operation extends { readonly answer: infer A extends z.ZodType } ? z.output<A> : unknown
    >
  >;
};

/**
 * Makes functions of a description. Their types come from the routes' own declarations, so that a client within the
 * workspace needs no code that is generated:
 *
 * ```ts ignore
 * const doors = apiClient<typeof doorOperations>({ document, origin, send: fetch });
 * const { body } = await doors.openDoor({ params: { id: "1" }, body: { by: "Ada" } });
 * ```
 *
 * Errors, of the functions: `ApiProblem` for every answer that is no success; those of `send`.
 */
export function apiClient<Operations extends Readonly<Record<string, ClientOperation>>>(
  { document, origin, send }: {
    readonly document: Pick<OpenApi, "paths">;
    /** Where the gateway is: `http://host:port`. */
    readonly origin: string;
    send(request: Request): Promise<Response>;
  },
): ApiClient<Operations> {
  const functions = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => [
      operationId,
      async (asked: Written) => {
        const request = requestOf(asked, { method: method.toUpperCase(), path, origin });
        return await answerOf(await send(request));
      },
    ])
  );
  return Object.fromEntries(functions);
}

/** Whatever is asked, without its types. */
type Written = AskedOfAll & {
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

function requestOf(
  { params = {}, query = {}, body, key, ifMatch, after, wait }: Written,
  { method, path, origin }: {
    readonly method: string;
    readonly path: string;
    readonly origin: string;
  },
): Request {
  const filled = path.replace(
    /\{(\w+)\}/g,
    (_, name: string) => encodeURIComponent(params[name] ?? ""),
  );
  const url = new URL(filled, origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const headers = new Headers();
  if (body !== undefined) headers.set("Content-Type", "application/json");
  if (method !== "GET") headers.set("Idempotency-Key", key ?? crypto.randomUUID());
  if (ifMatch !== undefined) headers.set("If-Match", `"${ifMatch}"`);
  if (after !== undefined) headers.set("X-Min-Position", String(after));
  if (wait !== undefined) headers.set("Prefer", `wait=${wait}`);
  return new Request(url, {
    ...{ method, headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function answerOf(response: Response): Promise<ApiAnswer<unknown>> {
  const { status, headers } = response;
  const text = await response.text();
  const isJson = /\bjson\b/.test(headers.get("Content-Type") ?? "");
  const body: unknown = isJson && text !== "" ? JSON.parse(text) : text;
  if (status >= 400) throw new ApiProblem({ status, headers, body });
  const revision = /^"(\d+)"$/.exec(headers.get("ETag") ?? "")?.[1];
  const position = headers.get("X-Position");
  return {
    ...{ status, headers, body },
    revision: revision === undefined ? undefined : Number(revision),
    position: position === null ? undefined : Number(position),
  };
}
